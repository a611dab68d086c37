// Asks Prism for the tokens of code, and says which parts of it have which class. It runs in Duktape, so it is
// ECMAScript 5.

var atlasgen = (function () {
    'use strict';

    // Names that writers give to languages, besides Prism's own aliases: those of Rouge, Pygments and GitHub.
    var names = {
        'c++': 'cpp', 'h': 'cpp', 'hpp': 'cpp', 'cc': 'cpp', 'cxx': 'cpp', 'cuda': 'cpp', 'cu': 'cpp', 'metal': 'cpp',
        'c#': 'csharp', 'f#': 'fsharp', 'golang': 'go', 'rs': 'rust', 'ml': 'ocaml', 'jl': 'julia', 'pl': 'perl',
        'python2': 'python', 'python3': 'python', 'py2': 'python', 'py3': 'python', 'ipython': 'python',
        'ipython3': 'python', 'pycon': 'python', 'pytorch': 'python', 'cython': 'python', 'pyx': 'python',
        'zsh': 'bash', 'console': 'shell-session', 'terminal': 'shell-session', 'ps1': 'powershell', 'bat': 'batch',
        'cmd': 'batch', 'octave': 'matlab', 'mathematica': 'wolfram', 'viml': 'vim', 'vimscript': 'vim', 'asm': 'nasm',
        'make': 'makefile', 'patch': 'diff', 'jsonc': 'json5', 'cfg': 'ini', 'conf': 'ini', 'gql': 'graphql',
        'graphviz': 'dot', 'pgsql': 'sql', 'postgresql': 'sql', 'mysql': 'sql', 'sqlite': 'sql', 'clj': 'clojure',
        'ex': 'elixir', 'exs': 'elixir', 'f90': 'fortran', 'rst': 'rest', 'restructuredtext': 'rest', 'rlang': 'r',
        'terraform': 'hcl', 'tf': 'hcl', 'proto': 'protobuf', 'sass': 'scss'
    };

    // The class of a token, by Prism's names: those of Pygments and Rouge. '' is plain text within another token; a
    // token without a class looks like the one around it.
    var classes = {};
    function name(className, types) { types.split(' ').forEach(function (type) { classes[type] = className; }); }
    name('c', 'comment prolog doctype cdata shebang coord hashbang docstring');
    name('k', 'keyword atrule rule important boolean directive directive-hash macro-name preprocessor annotation decorator '
        + 'constant nil null symbol unit module');
    name('s', 'string char attr-value regex template-string string-literal triple-quoted-string heredoc-string url '
        + 'code code-snippet code-block quoted-string scalar');
    name('m', 'number hexcode color date datetime time');
    name('nf', 'function class-name function-definition function-variable method builtin title function-name');
    name('nt', 'tag selector property key attr-name section section-name header-name table label');
    name('nv', 'variable parameter argument entity command option');
    name('gd', 'deleted');
    name('gi', 'inserted');
    name('', 'interpolation plain output script style language-css language-javascript interpolation-content text');

    function classOf(token, around) {
        var types = [token.type].concat(token.alias || []);
        for (var i = 0; i < types.length; i++) {
            if (classes.hasOwnProperty(types[i])) { return classes[types[i]]; }
        }
        return around;
    }

    // Some expressions of Prism look through all of a text again and again. All of them together may look at this many
    // characters; a block that needs more stays as it is.
    var most = 5000000, left = most, exec = RegExp.prototype.exec;
    RegExp.prototype.exec = function (text) {
        var start = this.global ? this.lastIndex : 0, match = exec.call(this, text);
        left -= (match ? match.index + match[0].length : String(text).length) - start + 20;
        if (left < 0) { throw new RangeError('too much to look through'); }
        return match;
    };

    var loaded = {};

    // The grammar of a language; null if there is none.
    function grammar(language) {
        function own(table) { return table.hasOwnProperty(language) ? table[language] : null; }
        language = own(names) || language;
        language = own(prismAliases) || language;
        var entry = own(prismGrammars);
        if (!entry) { return null; }
        entry.needs.forEach(function (need) {
            if (!loaded[need]) { prismGrammars[need].load(); loaded[need] = true; }
        });
        return Prism.languages[language];
    }

    // The parts of code in their order: the number of characters of each, and its class.
    function parts(code, language, grammar) {
        var lengths = [], found = [], environment = { code: code, grammar: grammar, language: language };
        function add(text, className) {
            if (!text.length) { return; }
            // Blanks have no colour.
            if (found.length && (found[found.length - 1] === className || !/\S/.test(text))) {
                lengths[lengths.length - 1] += text.length;
            } else {
                lengths.push(text.length);
                found.push(className);
            }
        }
        function walk(token, around) {
            if (typeof token === 'string') { add(token, around); return; }
            if (Array.isArray(token)) { token.forEach(function (part) { walk(part, around); }); return; }
            walk(token.content, classOf(token, around));
        }
        Prism.hooks.run('before-tokenize', environment);
        environment.tokens = Prism.tokenize(environment.code, environment.grammar);
        Prism.hooks.run('after-tokenize', environment);
        walk(environment.tokens, '');
        return { lengths: lengths, classes: found };
    }

    return function (text) {
        var request = JSON.parse(text), language = request.language.toLowerCase();
        left = most;
        try {
            var known = grammar(language);
            if (known) { return JSON.stringify(parts(request.code, language, known)); }
        } catch (error) { /* it stays plain */ }
        return '{"lengths":[],"classes":[]}';
    };
})();
