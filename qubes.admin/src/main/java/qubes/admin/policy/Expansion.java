package qubes.admin.policy;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a rule's target stands for, one by one, so that a user can choose (spec policy.md §6). */
final class Expansion {
    private Expansion() {}

    /** The targets that can be called, each by name; a token that stands for none gives none. */
    static List<Token> of(Token token, SystemInfo system) {
        return switch (token.kind()) {
            case DEFAULT -> List.of();
            case ANY -> Stream.concat(Stream.of(Token.DOM0), everything(system)).toList();
            case ANY_VM -> everything(system).toList();
            case DISPOSABLE -> List.of(token);
            case ADMIN, NAME, UUID -> one(token.resolve(system).map(Token::of));
            case TYPE -> qubes(system, qube -> qube.type().equals(token.value())).toList();
            case TAG -> qubes(system, qube -> qube.hasTag(token.value())).toList();
            case DISPOSABLE_OF ->
                    one(
                            token.resolve(system)
                                    .filter(KnownQube::disposableTemplate)
                                    .map(template -> Token.disposableOf(template.name())));
            case DISPOSABLE_OF_TAG ->
                    disposables(system, template -> template.hasTag(token.value())).toList();
        };
    }

    private static Stream<Token> everything(SystemInfo system) {
        return Stream.of(
                        qubes(system, qube -> true).filter(token -> !token.equals(Token.DOM0)),
                        Stream.of(Token.DISPOSABLE),
                        disposables(system, template -> true))
                .flatMap(tokens -> tokens);
    }

    private static Stream<Token> qubes(SystemInfo system, Predicate<KnownQube> wanted) {
        return system.qubes().stream().filter(wanted).map(Token::of);
    }

    private static Stream<Token> disposables(SystemInfo system, Predicate<KnownQube> wanted) {
        return system.qubes().stream()
                .filter(KnownQube::disposableTemplate)
                .filter(wanted)
                .map(template -> Token.disposableOf(template.name()));
    }

    private static List<Token> one(Optional<Token> token) {
        return token.stream().toList();
    }
}
