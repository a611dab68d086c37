// Asks KaTeX for MathML, and changes what it writes for engines that implement MathML Core only: letters of other
// alphabets become Unicode's, and columns are aligned by style. It runs in Duktape, so it is ECMAScript 5.

if (!Array.prototype.fill) {
    Array.prototype.fill = function (value) {
        for (var i = 0; i < this.length; i++) { this[i] = value; }
        return this;
    };
}

var atlasgen = (function () {
    'use strict';

    // Commands of MathJax and of LaTeX's packages that KaTeX lacks. Those that only matter to LaTeX take their
    // arguments away.
    function gobble(count) { return { tokens: [], numArgs: count }; }
    var ownMacros = {
        '\\label': gobble(1), '\\require': gobble(1), '\\usepackage': gobble(1), '\\shoveleft': '#1',
        '\\shoveright': '#1', '\\definecolor': gobble(3), '\\ref': '\\text{#1}', '\\eqref': '\\text{(#1)}',
        '\\displaylines': '\\begin{gathered}#1\\end{gathered}', '\\cssId': gobble(1), '\\class': gobble(1),
        '\\style': gobble(1), '\\mathds': '\\mathbb{#1}', '\\mathbbm': '\\mathbb{#1}', '\\bbm': '\\mathbb{#1}',
        '\\bb': '\\mathbb{#1}', '\\textsc': '\\text{#1}', '\\hdots': '\\ldots', '\\newcommand': '\\providecommand',
        '\\renewcommand': '\\providecommand', '\\subscript': '_{#1}', '\\coloneq': '\\coloneqq'
    };
    var environments = {
        eqnarray: ['\\begin{array}{rcl}', '\\end{array}'], multline: ['\\begin{gather*}', '\\end{gather*}'],
        flalign: ['\\begin{align*}', '\\end{align*}'], math: ['{', '}'], displaymath: ['{', '}'],
        // A display formula anyway, and KaTeX shows the tag of an environment by its style sheet only.
        equation: [' ', ' ']
    };

    // A text in braces that starts at an index; null if the brace is not closed.
    function group(tex, start) {
        for (var depth = 0, index = start; index < tex.length; index++) {
            if (tex[index] === '\\') { index++; continue; }
            if (tex[index] === '{') { depth++; }
            if (tex[index] === '}' && --depth === 0) { return tex.slice(start + 1, index); }
        }
        return null;
    }

    // KaTeX has no optional arguments: `\newcommand{\x}[2][d]{…#1…#2}` becomes `\newcommand{\x}[1]{…d…#1}`.
    function withoutOptional(tex) {
        var pattern = /\\(?:re|provide)?newcommand\*?\s*\{?(\\[A-Za-z]+)\}?\s*\[(\d)\]\s*\[([^\]]*)\]\s*(?=\{)/, match;
        while ((match = pattern.exec(tex))) {
            var start = match.index + match[0].length, body = group(tex, start);
            if (body === null) { return tex; }
            var shifted = body.replace(/#(\d)/g, function (all, digit) {
                return digit === '1' ? match[3] : '#' + (digit - 1);
            });
            tex = tex.slice(0, match.index) + '\\providecommand{' + match[1] + '}' + (match[2] > 1 ? '[' + (match[2] - 1) + ']' : '')
                + '{' + shifted + '}' + tex.slice(start + body.length + 2);
        }
        return tex;
    }

    // TeX as KaTeX reads it.
    function prepared(tex) {
        return withoutOptional(tex)
            .replace(/\\begin\{array\}\{((?:[^{}]|\{[^{}]*\})*)\}/g, function (all, columns) {
                return '\\begin{array}{' + columns.replace(/[@!<>]\{[^{}]*\}/g, '').replace(/[pmb]\{[^{}]*\}/g, 'l') + '}';
            })
            .replace(/\\(begin|end)\s*\{(eqnarray|multline|flalign|math|displaymath|equation)\*?\}/g, function (all, end, name) {
                return environments[name][end === 'begin' ? 0 : 1];
            })
            .replace(/\\DeclareMathOperator(\*?)\s*\{?\s*(\\[A-Za-z]+)\s*\}?\s*/g, function (all, star, name) {
                return '\\providecommand{' + name + '}{\\operatorname' + star + '}';
            })
            .replace(/\{(\\operatorname\*?)\}\{/g, function (all, name) { return '{' + name + '{'; });
    }

    // `\DeclareMathOperator{\x}{y}` becomes `\providecommand{\x}{\operatorname{y}}`: `prepared` opened a brace.
    function closed(tex) {
        return tex.replace(
            /(\\providecommand\{\\[A-Za-z]+\}\{\\operatorname\*?\{)((?:[^{}]|\{[^{}]*\})*)\}/g, '$1$2}}');
    }

    function point(code) {
        return code < 0x10000 ? String.fromCharCode(code)
            : String.fromCharCode(0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF));
    }

    // Unicode's mathematical alphabets: capitals, small letters, digits, capital and small Greek; 0 for none.
    var alphabets = {
        'bold': [0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2],
        'italic': [0x1D434, 0x1D44E, 0, 0x1D6E2, 0x1D6FC],
        'bold-italic': [0x1D468, 0x1D482, 0, 0x1D71C, 0x1D736],
        'script': [0x1D49C, 0x1D4B6, 0, 0, 0],
        'fraktur': [0x1D504, 0x1D51E, 0, 0, 0],
        'double-struck': [0x1D538, 0x1D552, 0x1D7D8, 0, 0],
        'sans-serif': [0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0],
        'sans-serif-italic': [0x1D608, 0x1D622, 0, 0, 0],
        'bold-sans-serif': [0x1D5D4, 0x1D5EE, 0x1D7EC, 0, 0],
        'monospace': [0x1D670, 0x1D68A, 0x1D7F6, 0, 0]
    };
    // Letters that Unicode had before the alphabets.
    var exceptions = {
        'script': { B: 0x212C, E: 0x2130, F: 0x2131, H: 0x210B, I: 0x2110, L: 0x2112, M: 0x2133, R: 0x211B,
            e: 0x212F, g: 0x210A, o: 0x2134 },
        'fraktur': { C: 0x212D, H: 0x210C, I: 0x2111, R: 0x211C, Z: 0x2128 },
        'double-struck': { C: 0x2102, H: 0x210D, N: 0x2115, P: 0x2119, Q: 0x211A, R: 0x211D, Z: 0x2124 },
        'italic': { h: 0x210E }
    };

    function letter(character, variant) {
        var alphabet = alphabets[variant], code = character.charCodeAt(0);
        if (exceptions[variant] && exceptions[variant][character]) { return point(exceptions[variant][character]); }
        function from(start, first) { return start ? point(start + code - first) : character; }
        if (code >= 65 && code <= 90) { return from(alphabet[0], 65); }
        if (code >= 97 && code <= 122) { return from(alphabet[1], 97); }
        if (code >= 48 && code <= 57) { return from(alphabet[2], 48); }
        if (code >= 0x391 && code <= 0x3A9) { return from(alphabet[3], 0x391); }
        if (code >= 0x3B1 && code <= 0x3C9) { return from(alphabet[4], 0x3B1); }
        return character;
    }

    // MathML Core knows `mathvariant="normal"` only.
    function withLetters(mathml) {
        return mathml.replace(
            /<(mi|mn|mo|mtext)((?: [a-z]+="[^"]*")*?) mathvariant="([a-z-]+)"([^>]*)>([^<]*)</g,
            function (all, tag, before, variant, after, text) {
                if (!alphabets[variant]) { return all; }
                var letters = text.replace(/&[a-z]+;|[A-Za-z0-9\u0391-\u03C9]/g, function (character) {
                    return character.length > 1 ? character : letter(character, variant);
                });
                // One letter that stays itself would become italic.
                var upright = tag === 'mi' && letters === text ? ' mathvariant="normal"' : '';
                return '<' + tag + before + upright + after + '>' + letters + '<';
            });
    }

    // MathML Core has no `columnalign`, so each cell gets its alignment, and those of aligned equations no space.
    function withColumns(mathml) {
        var tables = [];
        return mathml.replace(/<(\/?)(mtable|mtr|mlabeledtr|mtd)\b([^>]*)>/g, function (all, slash, tag, attributes) {
            var table = tables[tables.length - 1];
            if (tag === 'mtable') {
                if (slash) { tables.pop(); return all; }
                var align = /columnalign="([^"]*)"/.exec(attributes), space = /columnspacing="([^"]*)"/.exec(attributes);
                tables.push({
                    align: align ? align[1].split(' ') : [], isTight: !!space && space[1].indexOf('0em') === 0, column: 0
                });
                return all;
            }
            if (slash || !table) { return all; }
            if (tag !== 'mtd') { table.column = 0; return all; }
            // The cells around a row that KaTeX's style sheet would number.
            if (/class/.test(attributes)) { return '<mtd>'; }
            var own = table.align[Math.min(table.column, table.align.length - 1)], style = [];
            table.column += 1;
            if (own === 'left' || own === 'right') { style.push('text-align: ' + own); }
            if (table.isTight) { style.push('padding-inline: 0'); }
            return style.length ? '<mtd' + attributes + ' style="' + style.join('; ') + '">' : all;
        });
    }

    // Without KaTeX's own frame, and without the source, which the caller writes into an attribute.
    function bare(markup) {
        return markup.replace(/^<span class="katex">/, '').replace(/<\/span>$/, '')
            .replace(/ xmlns="[^"]*"/, '')
            .replace(/<semantics>([\s\S]*)<annotation[\s\S]*<\/annotation><\/semantics>/, '$1');
    }

    var macros = {}, definitions = null;

    function set(tex, isDisplay) {
        return katex.renderToString(closed(prepared(tex)), {
            output: 'mathml', displayMode: isDisplay, throwOnError: true, strict: false, trust: false, maxExpand: 1000,
            maxSize: 50, globalGroup: true, macros: macros
        });
    }

    // Sets one formula. `definitions` are the earlier formulas of the text that define commands.
    return function (text) {
        var request = JSON.parse(text), answer;
        if (request.definitions.join('\n') !== definitions) {
            definitions = request.definitions.join('\n');
            macros = {};
            for (var name in ownMacros) { macros[name] = ownMacros[name]; }
            request.definitions.forEach(function (tex) { try { set(tex, true); } catch (error) { /* told of its own */ } });
        }
        try {
            answer = { mathml: withColumns(withLetters(bare(set(request.tex, request.isDisplay)))) };
        } catch (error) {
            // KaTeX repeats the formula, with lines under the place.
            answer = {
                problem: String(error.message || error).replace(/^KaTeX parse error: /, '')
                    .replace(/ at (position \d+|end of input): [\s\S]*$/, '')
            };
        }
        // In ASCII, because the engine's own texts are not UTF-8.
        return JSON.stringify(answer).replace(/[\u0080-\uFFFF]/g, function (character) {
            return '\\u' + ('000' + character.charCodeAt(0).toString(16)).slice(-4);
        });
    };
})();
