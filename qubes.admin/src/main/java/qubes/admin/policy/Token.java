package qubes.admin.policy;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A word of a rule or of a request that stands for qubes (spec policy.md §2 and §3).
 *
 * @param value what follows the kind's prefix; for a kind without prefix the whole word
 */
record Token(Kind kind, String value) {
    static final Token DEFAULT = new Token(Kind.DEFAULT, "@default");
    static final Token DISPOSABLE = new Token(Kind.DISPOSABLE, "@dispvm");
    static final Token DOM0 = new Token(Kind.ADMIN, "dom0");

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*");
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String NIL = "00000000-0000-0000-0000-000000000000";

    /** Where a token stands. */
    enum Position {
        /** The source of a rule. */
        SOURCE("source"),
        /** The target of a rule. */
        TARGET("target"),
        /** What a rule has after {@code target=} and {@code default_target=}. */
        REDIRECT("target="),
        /** What a caller asks for. */
        REQUEST("requested target");

        private final String words;

        Position(String words) {
            this.words = words;
        }
    }

    /** What a token stands for, and where it may. */
    enum Kind {
        /** {@code *}: everything. */
        ANY("", Position.SOURCE, Position.TARGET),
        /** {@code @anyvm}: everything but dom0. */
        ANY_VM("", Position.SOURCE, Position.TARGET),
        /** dom0, in one of three spellings. */
        ADMIN("", Position.SOURCE, Position.TARGET, Position.REDIRECT, Position.REQUEST),
        /** {@code @default}: the caller names no target. */
        DEFAULT("", Position.TARGET, Position.REQUEST),
        /** {@code @dispvm}: a disposable of the source's default template. */
        DISPOSABLE("", Position.TARGET, Position.REDIRECT, Position.REQUEST),
        /** A qube by name. */
        NAME("", Position.SOURCE, Position.TARGET, Position.REDIRECT, Position.REQUEST),
        /** A qube by uuid. */
        UUID("uuid:", Position.SOURCE, Position.TARGET, Position.REDIRECT, Position.REQUEST),
        /** Qubes of a klass. */
        TYPE("@type:", Position.SOURCE, Position.TARGET),
        /** Qubes with a tag. */
        TAG("@tag:", Position.SOURCE, Position.TARGET),
        /** Disposables of templates with a tag. */
        DISPOSABLE_OF_TAG("@dispvm:@tag:", Position.SOURCE, Position.TARGET),
        /** Disposables of a template by name or {@code uuid:}. */
        DISPOSABLE_OF(
                "@dispvm:", Position.SOURCE, Position.TARGET, Position.REDIRECT, Position.REQUEST);

        private final String prefix;
        private final Set<Position> positions;

        Kind(String prefix, Position first, Position... more) {
            this.prefix = prefix;
            this.positions = EnumSet.of(first, more);
        }

        /** The kinds that a prefix tells; a longer one goes before one that it begins with. */
        private static Optional<Kind> byPrefix(String text) {
            for (Kind kind : values()) {
                if (!kind.prefix.isEmpty() && text.startsWith(kind.prefix)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * A token of its text.
     *
     * @param where file and line, for the message
     * @throws PolicySyntaxError if there is no such token, or it cannot stand there
     */
    static Token parse(String text, Position position, String where) {
        return find(text)
                .filter(token -> token.kind.positions.contains(position))
                .orElseThrow(
                        () ->
                                new PolicySyntaxError(
                                        where, "no " + position.words + " can be ", text));
    }

    private static Optional<Token> find(String text) {
        return switch (text) {
            case "*" -> Optional.of(new Token(Kind.ANY, text));
            case "@anyvm" -> Optional.of(new Token(Kind.ANY_VM, text));
            case "@adminvm", "dom0" -> Optional.of(new Token(Kind.ADMIN, text));
            case "@default" -> Optional.of(DEFAULT);
            case "@dispvm" -> Optional.of(DISPOSABLE);
            default ->
                    Kind.byPrefix(text)
                            .map(kind -> prefixed(kind, text))
                            .orElseGet(() -> named(text));
        };
    }

    private static Optional<Token> prefixed(Kind kind, String text) {
        String value = text.substring(kind.prefix.length());
        return switch (kind) {
            case UUID -> {
                String uuid = value.toLowerCase(Locale.ROOT);
                yield uuid.equals(NIL)
                        ? Optional.of(new Token(Kind.ADMIN, kind.prefix + uuid))
                        : Optional.of(new Token(kind, uuid))
                                .filter(token -> UUID_TEXT.matcher(uuid).matches());
            }
            case DISPOSABLE_OF ->
                    find(value)
                            .filter(of -> of.kind == Kind.NAME || of.kind == Kind.UUID)
                            .map(of -> new Token(kind, of.text()));
            default -> value.isEmpty() ? Optional.empty() : Optional.of(new Token(kind, value));
        };
    }

    private static Optional<Token> named(String text) {
        return NAME.matcher(text).matches()
                ? Optional.of(new Token(Kind.NAME, text))
                : Optional.empty();
    }

    /** The token of a qube's name or {@code uuid:}, whatever it looks like. */
    static Token ofQube(String designator) {
        return find(designator)
                .filter(token -> token.kind == Kind.UUID || token.kind == Kind.ADMIN)
                .orElse(new Token(Kind.NAME, designator));
    }

    /** The token for a qube. */
    static Token of(KnownQube qube) {
        return qube.name().equals(DOM0.value) ? DOM0 : new Token(Kind.NAME, qube.name());
    }

    /** The token for disposables of a template. */
    static Token disposableOf(String template) {
        return new Token(Kind.DISPOSABLE_OF, template);
    }

    /** The token as policies write it; parsing it gives the token. */
    String text() {
        return kind.prefix + value;
    }

    /**
     * The one qube that the token names, or the template of the disposables it stands for; absent
     * if there is none, or it names none.
     */
    Optional<? extends KnownQube> resolve(SystemInfo system) {
        return switch (kind) {
            case ADMIN -> system.find(DOM0.value);
            case NAME -> system.find(value);
            case UUID -> system.find(UUID.fromString(value));
            case DISPOSABLE_OF ->
                    value.startsWith(Kind.UUID.prefix)
                            ? system.find(
                                    UUID.fromString(value.substring(Kind.UUID.prefix.length())))
                            : system.find(value);
            default -> Optional.empty();
        };
    }

    @Override
    public String toString() {
        return text();
    }
}
