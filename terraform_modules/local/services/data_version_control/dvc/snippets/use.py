# Reads what was added and pushed, from the remote if it is not here.
import dvc.api

print(dvc.api.read("tea.txt"))
