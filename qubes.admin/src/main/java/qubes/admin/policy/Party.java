package qubes.admin.policy;

import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.Repr;

/**
 * The source or the requested target of a call, and the qube it means.
 *
 * @param token a name, a uuid, dom0, or for a target one that stands for a disposable or the
 *     default
 * @param qube the qube meant, or the template of the disposable that is meant by name
 */
record Party(Token token, Optional<? extends KnownQube> qube) {
    private static final Logger log = LoggerFactory.getLogger(Party.class);

    /** A qube that is known. */
    static Party of(KnownQube qube) {
        return new Party(Token.of(qube), Optional.of(qube));
    }

    /** The qube of that designator as the source; one that nobody knows has its name only. */
    static Party source(String designator, SystemInfo system) {
        Token token = Token.ofQube(designator);
        return new Party(token, token.resolve(system));
    }

    /**
     * What a caller asks for (spec policy.md §3): nothing, and a qube that is not there, are {@code
     * @default}. Absent if nobody may ask for that.
     */
    static Optional<Party> target(String requested, SystemInfo system) {
        if (requested.isEmpty()) {
            return Optional.of(new Party(Token.DEFAULT, Optional.empty()));
        }
        Token token;
        try {
            token = Token.parse(requested, Token.Position.REQUEST, "request");
        } catch (PolicySyntaxError e) {
            return requested.startsWith("@") || requested.equals("*")
                    ? Optional.empty()
                    : Optional.of(unknown(requested));
        }
        Optional<? extends KnownQube> qube = token.resolve(system);
        return switch (token.kind()) {
            case DISPOSABLE_OF ->
                    qube.filter(KnownQube::disposableTemplate)
                            .map(template -> new Party(token, Optional.of(template)));
            case NAME, UUID ->
                    Optional.of(qube.isPresent() ? new Party(token, qube) : unknown(requested));
            default -> Optional.of(new Party(token, qube));
        };
    }

    private static Party unknown(String requested) {
        log.warn("{} is asked for, which no qube is called: @default", Repr.quote(requested));
        return new Party(Token.DEFAULT, Optional.empty());
    }

    boolean isAdmin() {
        return token.kind() == Token.Kind.ADMIN;
    }

    /** The qube, if one was named, and not as {@code @adminvm}. */
    private Optional<? extends KnownQube> literally() {
        return switch (token.kind()) {
            case NAME, UUID -> qube;
            case ADMIN -> token.equals(Token.DOM0) ? qube : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** True if that is the name or uuid of the qube meant. */
    private boolean isCalled(Token.Kind kind, String value) {
        if (token.kind() != Token.Kind.NAME && token.kind() != Token.Kind.UUID) {
            return false;
        }
        return (token.kind() == kind && token.value().equals(value))
                || qube.filter(
                                found ->
                                        kind == Token.Kind.NAME
                                                ? found.name().equals(value)
                                                : found.uuid().equals(UUID.fromString(value)))
                        .isPresent();
    }

    /** The template that a disposable would be made of, if that is what is meant. */
    private Optional<? extends KnownQube> template(Party source, SystemInfo system) {
        return switch (token.kind()) {
            case DISPOSABLE_OF -> qube;
            case DISPOSABLE -> source.qube.flatMap(KnownQube::defaultDispvm).flatMap(system::find);
            default -> Optional.empty();
        };
    }

    /**
     * True if a rule's token stands for this (spec policy.md §3).
     *
     * @param source who asks, whose default template a disposable has
     */
    boolean isMeantBy(Token rule, Party source, SystemInfo system) {
        return switch (rule.kind()) {
            case ANY -> true;
            case ANY_VM -> !isAdmin();
            case ADMIN, DEFAULT, DISPOSABLE -> token.kind() == rule.kind();
            case NAME, UUID -> isCalled(rule.kind(), rule.value());
            case TYPE -> literally().filter(q -> q.type().equals(rule.value())).isPresent();
            case TAG -> literally().filter(q -> q.hasTag(rule.value())).isPresent();
            case DISPOSABLE_OF -> {
                Optional<? extends KnownQube> template = template(source, system);
                yield template.isPresent()
                        && rule.resolve(system)
                                .filter(named -> named.uuid().equals(template.get().uuid()))
                                .isPresent();
            }
            case DISPOSABLE_OF_TAG ->
                    template(source, system)
                            .filter(KnownQube::disposableTemplate)
                            .filter(q -> q.hasTag(rule.value()))
                            .isPresent();
        };
    }
}
