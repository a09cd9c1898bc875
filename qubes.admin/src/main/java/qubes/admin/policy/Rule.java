package qubes.admin.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One rule (spec policy.md §2).
 *
 * @param service {@code *}, or a name
 * @param argument {@code *}, or the argument with its {@code +}
 * @param redirect what the call goes to instead of what was asked for
 * @param suggested what the user is offered first when asked
 * @param user whom the service runs as; absent for the default
 * @param told whether the user is told of what was decided
 * @param autostart whether a target that does not run is fine
 * @param where file and line
 */
record Rule(
        String service,
        String argument,
        Token source,
        Token target,
        Action action,
        Optional<Token> redirect,
        Optional<Token> suggested,
        Optional<String> user,
        boolean told,
        boolean autostart,
        String where) {
    /** What a rule has done. */
    enum Action {
        ALLOW("target", "user", "notify", "autostart"),
        ASK("target", "default_target", "user", "notify", "autostart"),
        DENY("notify");

        private final Set<String> parameters;

        Action(String... parameters) {
            this.parameters = Set.of(parameters);
        }

        /** As policies write it. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Action parse(String word, String where) {
            return switch (word) {
                case "allow" -> ALLOW;
                case "ask" -> ASK;
                case "deny" -> DENY;
                default -> throw new PolicySyntaxError(where, "no action is called ", word);
            };
        }
    }

    private static final Pattern SERVICE = Pattern.compile("\\*|[A-Za-z0-9._-]+");
    private static final Pattern ARGUMENT = Pattern.compile("\\*|\\+[A-Za-z0-9+._-]*");

    /**
     * A rule of its words.
     *
     * @param words source, target, action and its parameters
     * @throws PolicySyntaxError if they are no rule
     */
    static Rule parse(String service, String argument, List<String> words, String where) {
        checkService(service, argument, where);
        refuseUnless(words.size() >= 3, where, "a rule has a source, a target and an action");
        Action action = Action.parse(words.get(2), where);
        Map<String, String> parameters =
                parameters(words.subList(3, words.size()), action.parameters, where);
        Token target = Token.parse(words.get(1), Token.Position.TARGET, where);
        Optional<Token> redirect = redirect(parameters, "target", where);
        refuseUnless(
                action != Action.ALLOW
                        || target.kind() != Token.Kind.DEFAULT
                        || redirect.isPresent(),
                where,
                "allow for @default needs target=");
        return new Rule(
                service,
                argument,
                Token.parse(words.get(0), Token.Position.SOURCE, where),
                target,
                action,
                redirect,
                redirect(parameters, "default_target", where),
                Optional.ofNullable(parameters.get("user")),
                choice(parameters, "notify", action == Action.DENY, where),
                choice(parameters, "autostart", true, where),
                where);
    }

    /**
     * Checks what a rule is about.
     *
     * @throws PolicySyntaxError if it can be about no call
     */
    static void checkService(String service, String argument, String where) {
        if (!SERVICE.matcher(service).matches()) {
            throw new PolicySyntaxError(where, "no service can be ", service);
        }
        if (!ARGUMENT.matcher(argument).matches()) {
            throw new PolicySyntaxError(where, "no argument can be ", argument);
        }
        refuseUnless(
                !service.equals("*") || argument.equals("*"), where, "an argument needs a service");
    }

    private static Map<String, String> parameters(
            List<String> words, Set<String> known, String where) {
        Map<String, String> parameters = new HashMap<>();
        for (String word : words) {
            int equal = word.indexOf('=');
            if (equal <= 0) {
                throw new PolicySyntaxError(where, "not a parameter: ", word);
            }
            String key = word.substring(0, equal);
            if (!known.contains(key)) {
                throw new PolicySyntaxError(where, "no parameter is called ", key);
            }
            refuseUnless(
                    parameters.put(key, word.substring(equal + 1)) == null, where, "twice: " + key);
        }
        return parameters;
    }

    private static Optional<Token> redirect(
            Map<String, String> parameters, String key, String where) {
        return Optional.ofNullable(parameters.get(key))
                .map(value -> Token.parse(value, Token.Position.REDIRECT, where));
    }

    private static boolean choice(
            Map<String, String> parameters, String key, boolean otherwise, String where) {
        String value = parameters.getOrDefault(key, otherwise ? "yes" : "no");
        refuseUnless(
                value.equals("yes") || value.equals("no"), where, key + " is either yes or no");
        return value.equals("yes");
    }

    private static void refuseUnless(boolean condition, String where, String what) {
        if (!condition) {
            throw new PolicySyntaxError(where, what);
        }
    }

    /** True if the rule is about a service and its argument. */
    boolean covers(String calledService, String calledArgument) {
        return (service.equals("*") || service.equals(calledService))
                && (argument.equals("*") || argument.equals(calledArgument));
    }

    /** The rule as a line of a policy; read again it is the same rule. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.join(" ", service, argument, source.text(), target.text()))
                .append(' ')
                .append(action.word());
        redirect.ifPresent(token -> text.append(" target=").append(token.text()));
        suggested.ifPresent(token -> text.append(" default_target=").append(token.text()));
        user.ifPresent(name -> text.append(" user=").append(name));
        if (told != (action == Action.DENY)) {
            text.append(" notify=").append(told ? "yes" : "no");
        }
        return text.append(autostart ? "" : " autostart=no").toString();
    }
}
