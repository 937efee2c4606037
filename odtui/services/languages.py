"""Which language a file is written in: names that Textual and Pygments know, by file name or first line."""

from __future__ import annotations

import re

_BY_EXTENSION = {
    "asm": "nasm", "awk": "awk", "bash": "bash", "bat": "bat", "bib": "bibtex", "c": "c", "cc": "cpp", "cfg": "ini",
    "clj": "clojure", "cmake": "cmake", "cmd": "bat", "conf": "ini", "cpp": "cpp", "cs": "csharp", "css": "css",
    "cxx": "cpp", "d": "d", "dart": "dart", "diff": "diff", "eml": "email", "erl": "erlang", "ex": "elixir",
    "exs": "elixir", "f90": "fortran", "fish": "fish", "fs": "fsharp", "go": "go", "gql": "graphql",
    "graphql": "graphql", "groovy": "groovy", "h": "c", "hpp": "cpp", "hs": "haskell", "htm": "html", "html": "html",
    "ini": "ini", "java": "java", "jl": "julia", "js": "javascript", "json": "json", "jsonc": "json", "jsx": "jsx",
    "kt": "kotlin", "less": "less", "lisp": "common-lisp", "lua": "lua", "m": "objective-c", "md": "markdown",
    "markdown": "markdown", "mjs": "javascript", "ml": "ocaml", "nim": "nim", "nix": "nix", "pas": "delphi",
    "patch": "diff", "php": "php", "pl": "perl", "pm": "perl", "properties": "properties", "proto": "protobuf",
    "ps1": "powershell", "py": "python", "pyi": "python", "pyw": "python", "r": "r", "rb": "ruby", "rs": "rust",
    "rst": "rst", "sass": "sass", "scala": "scala", "scss": "scss", "sh": "bash", "sql": "sql", "svg": "xml",
    "swift": "swift", "tcl": "tcl", "tcss": "css", "tex": "tex", "tf": "terraform", "toml": "toml",
    "ts": "typescript", "tsx": "tsx", "vb": "vb.net", "vim": "vim", "vue": "vue", "xml": "xml", "xsd": "xml",
    "xsl": "xslt", "yaml": "yaml", "yml": "yaml", "zig": "zig", "zsh": "bash",
}  # fmt: skip
_BY_NAME = {
    ".bashrc": "bash", ".gitconfig": "ini", ".profile": "bash", ".vimrc": "vim", ".zshrc": "bash",
    "cargo.lock": "toml", "cmakelists.txt": "cmake", "dockerfile": "docker", "gemfile": "ruby", "go.mod": "go",
    "jenkinsfile": "groovy", "makefile": "make", "gnumakefile": "make", "pkgbuild": "bash", "poetry.lock": "toml",
    "rakefile": "ruby", "uv.lock": "toml",
}  # fmt: skip
_BY_INTERPRETER = {"awk": "awk", "bash": "bash", "fish": "fish", "lua": "lua", "node": "javascript", "perl": "perl"}
_BY_INTERPRETER |= {"php": "php", "python": "python", "ruby": "ruby", "sh": "bash", "dash": "bash", "zsh": "bash"}
_SHEBANG = re.compile(r"#!\s*\S*?(?:/env\s+(?:-S\s+)?)?([A-Za-z]+)[\d.]*(?:\s|$)")


def language_of(name: str, text: str = "") -> str | None:
    """None for plain text and for languages that are not known."""
    folded = name.casefold()
    if (found := _BY_NAME.get(folded)) is not None:
        return found
    stem, dot, extension = folded.rpartition(".")
    if dot and stem and (found := _BY_EXTENSION.get(extension)) is not None:
        return found
    first = _SHEBANG.match(text)
    if first is not None:
        program = first[0].split()[-1].rpartition("/")[2].rstrip("0123456789.")
        return _BY_INTERPRETER.get(program)
    return None
