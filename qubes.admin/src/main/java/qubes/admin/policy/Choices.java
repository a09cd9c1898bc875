package qubes.admin.policy;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a call may go by the rule that decides on it. */
record Choices(Rule rule, Party source, SystemInfo system) {
    private static final Logger log = LoggerFactory.getLogger(Choices.class);

    /** A target that can be used. */
    private record Usable(Token token, KnownQube qube) {}

    /** Lets the call go to {@code wanted}, if that can be. */
    Decision allow(Token wanted) {
        if (wanted.kind() == Token.Kind.DEFAULT) {
            return deny("neither the caller nor the policy names a target");
        }
        Optional<Usable> target = usable(wanted);
        if (target.isEmpty()) {
            return deny("there is no " + wanted);
        }
        Usable found = target.get();
        return runs(found)
                ? new Decision.Allow(rule, found.token, found.qube)
                : deny(wanted + " does not run, and autostart=no");
    }

    private Decision.Deny deny(String reason) {
        return new Decision.Deny(reason + " (" + rule.where() + ")", true);
    }

    /**
     * Lets the user choose.
     *
     * @param rules those for the source, the service and the argument, in their order
     */
    Decision ask(List<Rule> rules) {
        NavigableSet<String> choices = new TreeSet<>();
        rule.redirect()
                .map(Stream::of)
                .orElseGet(() -> collect(rules).stream())
                .map(this::usable)
                .flatMap(Optional::stream)
                .filter(this::runs)
                .filter(target -> !isSource(target) && !target.qube.internal())
                .forEach(target -> choices.add(target.token.text()));
        if (choices.isEmpty()) {
            return deny("there is nothing to choose from");
        }
        Optional<String> suggested =
                rule.suggested().flatMap(this::usable).map(target -> target.token.text());
        if (rule.suggested().isPresent() && suggested.filter(choices::contains).isEmpty()) {
            log.warn(
                    "{}: default_target={} is none of the choices",
                    rule.where(),
                    rule.suggested().get());
        }
        return new Decision.Ask(
                rule,
                Collections.unmodifiableNavigableSet(choices),
                suggested.filter(choices::contains));
    }

    /** What the rules let the source reach: the first that speaks of a target decides on it. */
    private Set<Token> collect(List<Rule> rules) {
        Set<Token> targets = new LinkedHashSet<>();
        for (int i = rules.size() - 1; i >= 0; i--) {
            List<Token> expansion = Expansion.of(rules.get(i).target(), system);
            if (rules.get(i).action() == Rule.Action.DENY) {
                expansion.forEach(targets::remove);
            } else {
                targets.addAll(expansion);
            }
        }
        return targets;
    }

    /** The target in full: {@code @dispvm} as the source's default, dom0 by its name. */
    private Optional<Usable> usable(Token token) {
        return switch (token.kind()) {
            case ADMIN -> token.resolve(system).map(dom0 -> new Usable(Token.DOM0, dom0));
            case NAME, UUID -> token.resolve(system).map(qube -> new Usable(token, qube));
            case DISPOSABLE ->
                    source.qube()
                            .flatMap(KnownQube::defaultDispvm)
                            .flatMap(template -> usable(Token.disposableOf(template)));
            case DISPOSABLE_OF ->
                    token.resolve(system)
                            .filter(KnownQube::disposableTemplate)
                            .map(template -> new Usable(token, template));
            default -> Optional.empty();
        };
    }

    /** A disposable has to be made, so it never runs yet. */
    private boolean runs(Usable target) {
        return rule.autostart()
                || switch (target.token.kind()) {
                    case ADMIN -> true;
                    case DISPOSABLE_OF -> false;
                    default -> target.qube.running();
                };
    }

    private boolean isSource(Usable target) {
        return target.token.kind() != Token.Kind.DISPOSABLE_OF
                && source.qube().filter(qube -> qube.uuid().equals(target.qube.uuid())).isPresent();
    }
}
