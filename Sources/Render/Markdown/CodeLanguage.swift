// The language of fenced code, as Markdown's dialects write it.

/// What stands behind a fence: a language, and in many dialects more.
enum CodeLanguage {
    /// The language alone: `python` for `python`, `{python}`, `{.python .numberLines}`, `python {linenos=table}`,
    /// `python{1,3}`, `python hl_lines="1"` and `{r, echo=FALSE}` (which is `r`). Empty if there is none.
    static func name(in info: String) -> String {
        var rest = info.drop { " \t{".contains($0) }
        if rest.first == "." || rest.first == ":" { rest = rest.drop { ". :".contains($0) } }
        if rest.hasPrefix("language-") { rest = rest.dropFirst("language-".count) }
        let name = rest.prefix { !" \t{},:;=(".contains($0) }
        // `{linenos=table}` names none, and neither does `{#id}`.
        let next = rest[name.endIndex...].first
        if next == "=" || name.first == "#" { return "" }
        return name.isEmpty ? String(info.prefix { $0 != " " && $0 != "{" }) : String(name)
    }
}
