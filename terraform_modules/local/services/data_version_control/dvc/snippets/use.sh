# In a git repository; the remote is ${remote-url}.
[ -d .dvc ] || dvc init
matcha connect
echo "green tea" > tea.txt
dvc add tea.txt
dvc push
