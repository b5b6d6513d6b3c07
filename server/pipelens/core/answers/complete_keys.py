"""Keys: those of the format by place and class, product keys, and new tasks."""

from __future__ import annotations

from collections.abc import Mapping

from pipelens.core.answers.complete_item import NOTHING, Completion, Completions, Question, matching
from pipelens.core.answers.complete_params import param_keys
from pipelens.core.answers.complete_snippets import new_tasks
from pipelens.core.answers.yaml_context import YamlContext, class_of, known_keys
from pipelens.core.keys import CLASS_KEYS, TASK_KEYS, Key

_DEPRECATED = frozenset({"papermill_params"})
_UNUSABLE = frozenset({"logging_factory", "differ", "io_handler", "ext_in"})
_NOT_BESIDE = {"executor_params": "papermill_params", "papermill_params": "executor_params"}
_ENV_KEYS = (
    Key(
        "path", "mapping", "Values that become paths; one that ends in `/` names a folder that a build makes."
    ),
    Key("meta", "mapping", "`import_from`: an env file that this one adds to."),
    Key("_module", "text", "The folder or package whose `__version__` is `{{version}}`."),
)
_ENV_META = (Key("import_from", "text", "An env file whose keys this one adds to and replaces."),)


def keys(question: Question, context: YamlContext) -> Completions:
    """What may stand at the caret as a key, or begin an element of `tasks:`."""
    place = context.place
    if context.file == "env":
        known = _ENV_KEYS if not place else _ENV_META if place == ("meta",) else ()
        return _written(context, {key.name: key for key in known}) if question.keys else NOTHING
    in_list = place == ("tasks",) and (context.at == "item" or context.fresh or context.file == "tasks")
    found = NOTHING
    if in_list and len(context.keys) == 1:
        found = matching(new_tasks(question, context), context.prefix)
        if context.at != "item":
            return found
    match place:
        case ("tasks", "product"):
            return found + matching(_product_keys(context), context.prefix)
        case ("tasks", "params" | "grid"):
            return found + matching(param_keys(question, context), context.prefix)
        case _ if question.keys:
            return _written(context, _usable(question, context)) + found
        case _:
            return found


def _usable(question: Question, context: YamlContext) -> Mapping[str, Key]:
    """The keys of this place that would not be a mistake at once."""
    known = dict(known_keys(context))
    if context.place == ():
        for section in question.project.spec.section_places:
            if section != context.word:
                known.pop(section, None)
        if "tasks" in question.project.spec.section_places:
            known.pop("location", None)
    if context.place == ("tasks",):
        meta = question.project.spec.meta
        if class_of(context) is None:
            known = {name: key for name, key in known.items() if name in TASK_KEYS}
        if meta.extract_upstream and context.word != "upstream":
            known.pop("upstream", None)
        if meta.extract_product and context.word != "product":
            known.pop("product", None)
    for name in list(known):
        if name in _UNUSABLE or _NOT_BESIDE.get(name) in context.siblings:
            del known[name]
    return known


def _written(context: YamlContext, known: Mapping[str, Key]) -> Completions:
    offers = [
        Completion(
            name,
            "key",
            context.replace,
            _text(context, key),
            detail=_type(key),
            doc=_doc(context, key),
            deprecated=name in _DEPRECATED,
            more=_asks(key) and not context.has_colon,
        )
        for name, key in known.items()
        if name not in context.siblings
    ]
    offers.sort(key=lambda offer: offer.deprecated)
    return matching(offers, context.prefix)


def _text(context: YamlContext, key: Key) -> str:
    """The key with its colon, and its dash where it begins an element without one."""
    quote = "" if context.closed else context.quote
    dash = "- " if context.at == "item" and not context.dashed else ""
    if context.has_colon:
        return dash + key.name + quote
    colon = ":" if key.type == "mapping" and not context.flow else ": "
    if context.quote and context.closed:
        return key.name  # the caret is inside the quotes; the colon comes behind them
    return f"{dash}{key.name}{quote}{colon}"


def _asks(key: Key) -> bool:
    """Whether the value behind the key is offered as well."""
    return key.name == "source" or key.type in ("boolean", "choice", "dotted path", "names")


def _type(key: Key) -> str:
    if key.choices:
        return " | ".join(key.choices[:4])
    return {"any": "", "names": "task names"}.get(key.type, key.type)


def _doc(context: YamlContext, key: Key) -> str:
    only = ""
    if context.place == ("tasks",) and key.name not in TASK_KEYS:
        classes = [name for name, keys in CLASS_KEYS.items() if key.name in keys]
        only = f"\n\nOnly for `{'`, `'.join(classes)}`."
    return key.doc + only


def _product_keys(context: YamlContext) -> list[Completion]:
    """The executed notebook's key, and the usual word for anything else."""
    offers: list[Completion] = []
    if class_of(context) in ("NotebookRunner", "ScriptRunner") and "nb" not in context.siblings:
        offers.append(_product_key(context, "nb", "The executed notebook."))
    if "data" not in context.siblings:
        offers.append(_product_key(context, "data", "Any name will do: code finds this product by it."))
    return offers


def _product_key(context: YamlContext, name: str, doc: str) -> Completion:
    text = _text(context, Key(name, "text", doc))
    return Completion(name, "product", context.replace, text, "product key", doc)
