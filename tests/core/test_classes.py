"""Which class a source makes, when its ending looks like that of a file."""

from __future__ import annotations

import pytest

from pipelens.core.classes import infer_class
from pipelens.core.files import DictFiles


@pytest.mark.parametrize("name", ["json", "txt", "csv", "html"])
def test_a_function_called_like_an_ending_is_a_function_where_its_module_is(name: str) -> None:
    files = DictFiles({"/p/steps.py": ""})
    assert infer_class(f"steps.{name}", "out/x.txt", files, "/p").class_name == "PythonCallable"
    assert infer_class(f"other.{name}", "out/x.txt", files, "/p").class_name is None


def test_a_function_called_like_the_ending_of_a_source_is_one_where_no_such_file_is() -> None:
    found = infer_class("steps.Rmd", "out/x.html", DictFiles({"/p/steps.py": ""}), "/p")
    assert (found.class_name, found.looks_like_extension) == ("PythonCallable", True)


def test_a_file_comes_before_a_function_called_like_its_ending() -> None:
    files = DictFiles({"/p/steps.py": "", "/p/steps.R": ""})
    assert infer_class("steps.R", "out/x.html", files, "/p").class_name == "NotebookRunner"


@pytest.mark.parametrize("source", ["shop.model.fit", "model.fit", "steps.load.com", "a.b.bin"])
def test_a_dotted_path_is_a_function_whatever_types_of_files_the_system_knows(source: str) -> None:
    assert infer_class(source, "out/x.txt", DictFiles({}), "/p").class_name == "PythonCallable"


def test_a_package_below_src_has_functions_called_like_endings() -> None:
    files = DictFiles({"/p/src/shop/io.py": ""})
    assert infer_class("shop.io.csv", "out/x.txt", files, "/p").class_name == "PythonCallable"
    assert infer_class("sales.2020.csv", "out/x.txt", files, "/p").class_name is None
