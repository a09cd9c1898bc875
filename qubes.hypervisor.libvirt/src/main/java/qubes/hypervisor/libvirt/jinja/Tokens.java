package qubes.hypervisor.libvirt.jinja;

import java.util.List;
import qubes.hypervisor.libvirt.jinja.Token.Kind;

/** The tokens of a template, read one after the other. */
final class Tokens {
    private final String template;
    private final List<Token> tokens;
    private int next;

    Tokens(String template, List<Token> tokens) {
        this.template = template;
        this.tokens = tokens;
    }

    String template() {
        return template;
    }

    Token peek() {
        return tokens.get(next);
    }

    Token peek(int ahead) {
        return tokens.get(Math.max(0, Math.min(next + ahead, tokens.size() - 1)));
    }

    Token take() {
        Token token = tokens.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    boolean at(Kind kind) {
        return peek().kind() == kind;
    }

    boolean atOperator(String operator) {
        return peek().is(Kind.OPERATOR, operator);
    }

    boolean atName(String name) {
        return peek().is(Kind.NAME, name);
    }

    boolean skipOperator(String operator) {
        return skip(Kind.OPERATOR, operator);
    }

    boolean skipName(String name) {
        return skip(Kind.NAME, name);
    }

    private boolean skip(Kind kind, String text) {
        boolean there = peek().is(kind, text);
        if (there) {
            next++;
        }
        return there;
    }

    Token expect(Kind kind) {
        if (!at(kind)) {
            throw fault(
                    "unexpected "
                            + peek()
                            + ", a "
                            + kind.name().toLowerCase(java.util.Locale.ROOT)
                            + " is due");
        }
        return take();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw fault("unexpected " + peek() + ", '" + operator + "' is due");
        }
    }

    TemplateException fault(String what) {
        return new TemplateException(what).at(template, peek().line());
    }
}
