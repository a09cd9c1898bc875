package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import qubes.hypervisor.libvirt.jinja.Token.Kind;

/** Cuts a template into tokens; minus signs beside a tag eat the blanks there, as in Jinja. */
final class Lexer {
    private static final Pattern OPEN = Pattern.compile("\\{[{%#]");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*([-+]?)%\\}");
    private static final Pattern NUMBER =
            Pattern.compile("0[xX][0-9a-fA-F]+|\\d[\\d_]*(\\.\\d+)?([eE][-+]?\\d+)?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String[] OPERATORS = {
        "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ":",
        "|", ",", ";", "(", ")", "[", "]", "{", "}"
    };

    private final String name;
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean eatBlanks; // the tag before ended with a minus sign

    private Lexer(String name, String source) {
        this.name = name;
        this.source = source.replace("\r\n", "\n");
    }

    static List<Token> tokens(String name, String source) {
        Lexer lexer = new Lexer(name, source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        Matcher open = OPEN.matcher(source);
        while (open.find(at)) {
            int start = open.start();
            boolean minus = source.startsWith("-", start + 2);
            data(source.substring(at, start), minus);
            moveTo(start);
            Matcher raw = RAW.matcher(source).region(at, source.length());
            if (open.group().equals("{#")) {
                comment();
            } else if (raw.lookingAt()) {
                raw(raw);
            } else {
                tag(open.group().equals("{{"), minus);
            }
        }
        data(source.substring(at), false);
        tokens.add(new Token(Kind.END, "", line));
    }

    private void data(String text, boolean minusAfter) {
        String kept = eatBlanks ? text.stripLeading() : text;
        kept = minusAfter ? kept.stripTrailing() : kept;
        eatBlanks = false;
        if (!kept.isEmpty()) {
            tokens.add(new Token(Kind.DATA, kept, line));
        }
    }

    private void comment() {
        int end = source.indexOf("#}", at + 2);
        if (end < 0) {
            throw fault("a comment {# that does not end");
        }
        eatBlanks = source.charAt(end - 1) == '-' && end - 1 > at + 1;
        moveTo(end + 2);
    }

    private void raw(Matcher begin) {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(begin.end())) {
            throw fault("{% raw %} without {% endraw %}");
        }
        eatBlanks = begin.group(1).equals("-");
        moveTo(begin.end());
        data(source.substring(at, end.start()), end.group(1).equals("-"));
        eatBlanks = end.group(2).equals("-");
        moveTo(end.end());
    }

    private void tag(boolean print, boolean minus) {
        String close = print ? "}}" : "%}";
        tokens.add(new Token(print ? Kind.PRINT : Kind.TAG, print ? "{{" : "{%", line));
        moveTo(at + 2 + (minus || source.startsWith("+", at + 2) ? 1 : 0));
        int depth = 0;
        while (true) {
            skipBlanks();
            if (at >= source.length()) {
                throw fault((print ? "{{" : "{%") + " without " + close);
            }
            boolean trimmed = source.startsWith("-" + close, at);
            if (depth == 0 && (trimmed || source.startsWith(close, at))) {
                eatBlanks = trimmed;
                moveTo(at + close.length() + (trimmed ? 1 : 0));
                tokens.add(new Token(print ? Kind.PRINT_END : Kind.TAG_END, close, line));
                return;
            }
            Token token = expressionToken();
            if (token.kind() == Kind.OPERATOR) {
                switch (token.text()) {
                    case "(", "[", "{" -> depth++;
                    case ")", "]", "}" -> depth = Math.max(0, depth - 1);
                    default -> {}
                }
            }
            tokens.add(token);
        }
    }

    private void skipBlanks() {
        while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
            moveTo(at + 1);
        }
    }

    private Token expressionToken() {
        char c = source.charAt(at);
        if (c == '\'' || c == '"') {
            return string(c);
        }
        Matcher number = NUMBER.matcher(source).region(at, source.length());
        if (number.lookingAt()) {
            boolean whole = number.group(1) == null && number.group(2) == null;
            return take(whole ? Kind.INTEGER : Kind.FLOAT, number.group());
        }
        Matcher word = NAME.matcher(source).region(at, source.length());
        if (word.lookingAt()) {
            return take(Kind.NAME, word.group());
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                return take(Kind.OPERATOR, operator);
            }
        }
        throw fault("unexpected '" + c + "'");
    }

    private Token take(Kind kind, String text) {
        Token token = new Token(kind, text, line);
        moveTo(at + text.length());
        return token;
    }

    private Token string(char quote) {
        StringBuilder value = new StringBuilder();
        int start = line;
        int i = at + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            char c = source.charAt(i++);
            if (c != '\\' || i >= source.length()) {
                value.append(c);
                continue;
            }
            char escaped = source.charAt(i++);
            switch (escaped) {
                case 'n' -> value.append('\n');
                case 't' -> value.append('\t');
                case 'r' -> value.append('\r');
                case '\\', '\'', '"' -> value.append(escaped);
                default -> value.append('\\').append(escaped);
            }
        }
        if (i >= source.length()) {
            throw fault("a text that does not end");
        }
        moveTo(i + 1);
        return new Token(Kind.STRING, value.toString(), start);
    }

    private void moveTo(int next) {
        for (int i = at; i < next && i < source.length(); i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        at = next;
    }

    private TemplateException fault(String what) {
        return new TemplateException(what).at(name, line);
    }
}
