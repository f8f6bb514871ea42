"""What a module is, in full: for the pane below the checklist."""

from collections.abc import Iterator, Mapping

from textual.content import Content

from matcha_tui.stack.flavor import Flavor, is_open_source
from matcha_tui.stack.setting import Setting, SettingType
from matcha_tui.stack.stack import Stack
from matcha_tui.widgets.duration import in_words

_WIDTH = 10


def describe_module(flavor: Flavor, stack: Stack, typed: Mapping[str, str]) -> Content:
    """Write everything that is known of a module before it is built.

    Args:
        flavor: The module.
        stack: What is chosen so far, for what it requires.
        typed: What was typed of settings, by dotted name.
    """
    licence = "$quiet" if is_open_source(flavor.licence) else "$warning"
    head = Content.assemble(
        (flavor.title, "bold $primary"),
        (f"  {flavor.licence.partition(':')[0]}", licence),
        f"\n{flavor.description}",
    )
    lines = [
        Content.assemble((name.ljust(_WIDTH), "$quiet"), text)
        for name, text in _facts(flavor, stack, typed)
    ]
    return Content("\n").join([head, *lines])


def _facts(flavor: Flavor, stack: Stack, typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    disk = flavor.disk_megabytes
    takes = f", and {disk} MB of disk" if disk else ""
    yield "takes", f"about {in_words(flavor.seconds)} the first time{takes}"
    if missing := [name for name in flavor.requires if stack.flavor(name) is None]:
        yield "requires", f"{', '.join(missing)}, which the stack lacks"
    elif flavor.requires:
        yield "requires", f"{', '.join(flavor.requires)}, which the stack has"
    for cost in flavor.costs:
        yield "costs", f"{cost.item}: {cost.quantity} × {cost.sku}"
    names = [f"{one.name}{' (masked)' if one.secret else ''}" for one in flavor.properties]
    yield "gives", f"{flavor.resource}: {', '.join(names)}"
    if flavor.client:
        yield "client", flavor.client.package
    for setting in flavor.settings:
        value = typed.get(f"{flavor.module_type}.{setting.name}", "").strip() or _default(setting)
        yield "setting", f"{setting.name.replace('_', ' ')} = {value}"


def _default(setting: Setting) -> str:
    """Return what a setting is when nobody sets it, in words."""
    if setting.type is SettingType.SECRET:
        return "generated"
    if setting.type is SettingType.PORT and setting.default == 0:
        return f"the first free one from {setting.preferred}"
    return str(setting.default) or "not set"
