"""The page of faults has the row of each test, and no other."""

from tests.faults.report import FaultReport
from tests.faults.table import PAGE, declared_rows, rows_of_page, write_page


def test_the_page_has_each_row_and_no_other():
    rows = set(declared_rows())
    assert len(rows) > 3
    assert rows_of_page(PAGE.read_text("utf-8")) == rows, "python -m tests.faults.table writes it"


def test_what_is_written_is_read_back():
    rows = {("A", "one | two"): "test_a.py", ("B", "three"): "test_b.py"}
    reports = [FaultReport(*row, "said", "nothing", "`matcha plan`") for row in rows]
    page = write_page(rows, reports)
    assert rows_of_page(page) == set(rows)
    assert page.count("`matcha plan`") == 2
