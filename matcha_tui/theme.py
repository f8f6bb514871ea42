"""The looks: green tea in a dark and in a light bowl."""

from textual.theme import Theme

MATCHA = Theme(
    name="matcha",
    dark=True,
    primary="#9CC069",
    secondary="#6E8F57",
    accent="#E3CF8E",
    foreground="#F0EAD6",
    background="#111A14",
    surface="#17231B",
    panel="#203026",
    success="#9FD37A",
    warning="#E8B755",
    error="#EA8573",
    variables={
        "border": "#3A5443",
        "border-blurred": "#31473A",
        "button-color-foreground": "#111A14",
        "button-focus-text-style": "bold",
        "footer-background": "#203026",
        "footer-key-foreground": "#E3CF8E",
        "footer-description-foreground": "#D5D2BC",
        "block-cursor-background": "#3E5E35",
        "block-cursor-foreground": "#FBF6E4",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#24372B",
        "block-cursor-blurred-foreground": "#F0EAD6",
        "input-cursor-background": "#E3CF8E",
        "input-selection-background": "#6E8F57 45%",
        "scrollbar": "#3A5443",
        "scrollbar-background": "#17231B",
        "scrollbar-corner-color": "#17231B",
        "quiet": "#9AA893",
        "field": "#2A3D31",
    },
)

MATCHA_LATTE = Theme(
    name="matcha-latte",
    dark=False,
    primary="#4B7330",
    secondary="#6E8F57",
    accent="#8A5F11",
    foreground="#233021",
    background="#FBF7EA",
    surface="#F4EFDC",
    panel="#E7E6CB",
    success="#3B7A2A",
    warning="#8F5F00",
    error="#B0392A",
    variables={
        "border": "#A9B88C",
        "border-blurred": "#CDD3B4",
        "button-color-foreground": "#FBF7EA",
        "button-focus-text-style": "bold",
        "footer-background": "#E7E6CB",
        "footer-key-foreground": "#8A5F11",
        "footer-description-foreground": "#3A4A36",
        "block-cursor-background": "#CFE0AE",
        "block-cursor-foreground": "#1A2618",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#E2E6C9",
        "block-cursor-blurred-foreground": "#233021",
        "quiet": "#5C6955",
        "field": "#E2E4C6",
    },
)

MATCHA_CONTRAST = Theme(
    name="matcha-contrast",
    dark=True,
    primary="#B8F27A",
    secondary="#B8F27A",
    accent="#FFE36E",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#1C1C1C",
    success="#8CFF66",
    warning="#FFD24D",
    error="#FF9B94",
    variables={
        "border": "#FFFFFF",
        "border-blurred": "#B0B0B0",
        "block-cursor-background": "#FFE36E",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#3A3A3A",
        "block-cursor-blurred-foreground": "#FFFFFF",
        "quiet": "#D0D0D0",
        "field": "#2A2A2A",
    },
)

THEMES = (MATCHA, MATCHA_LATTE, MATCHA_CONTRAST)

OFFERED = (
    *(theme.name for theme in THEMES),
    *("tokyo-night", "rose-pine", "rose-pine-moon", "catppuccin-mocha", "catppuccin-macchiato"),
)
"""Those that can be chosen: every text on every ground has the contrast of WCAG 2.2's level AA."""

OTHERS = {"quiet": "#A8B2A8", "field": "#80808038"}
"""What a theme of somebody else's lacks: fits those that are offered."""
