"""`python PATH/TO/worker/__main__.py PLAN.json [LIFELINE]`: the way in.

The folder of this file leaves the import path before anything is imported; its neighbours are then
loaded as a package of a private name.
"""

import sys


def _load_start():
    # `-P` and PYTHONSAFEPATH keep the folder out in the first place.
    own = __file__.replace("\\", "/").rpartition("/")[0]
    if sys.path and sys.path[0].replace("\\", "/") == own:
        del sys.path[0]
    from importlib.util import module_from_spec, spec_from_file_location

    name = "_pipelens_worker"
    spec = spec_from_file_location(name, own + "/__init__.py", submodule_search_locations=[own])
    assert spec is not None
    assert spec.loader is not None
    package = module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    from importlib import import_module

    import_module(name + ".python_path").put_behind()
    return import_module(name + ".start")


if __name__ == "__main__":
    sys.exit(_load_start().main(sys.argv[1:]))
