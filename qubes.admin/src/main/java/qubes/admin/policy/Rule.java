package qubes.admin.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One rule.
 *
 * @param argument {@code *}, or the argument with its {@code +}
 * @param action {@code allow}, {@code ask} or {@code deny}
 * @param autostart whether a target that does not run is fine
 */
record Rule(
        String service,
        String argument,
        Token source,
        Token target,
        String action,
        boolean autostart) {
    private static final Pattern SERVICE = Pattern.compile("\\*|[A-Za-z0-9._-]+");
    private static final Pattern ARGUMENT = Pattern.compile("\\*|\\+[A-Za-z0-9+._-]*");
    private static final Map<String, Set<String>> PARAMETERS =
            Map.of(
                    "allow", Set.of("target", "user", "notify", "autostart"),
                    "ask", Set.of("target", "default_target", "user", "notify", "autostart"),
                    "deny", Set.of("notify"));

    /**
     * A rule of its words.
     *
     * @param words source, target, action and its parameters
     * @throws PolicySyntaxError if they are no rule
     */
    static Rule parse(String service, String argument, List<String> words, String where) {
        refuseUnless(SERVICE.matcher(service).matches(), where, "no service can be " + service);
        refuseUnless(ARGUMENT.matcher(argument).matches(), where, "no argument can be " + argument);
        refuseUnless(
                !service.equals("*") || argument.equals("*"), where, "an argument needs a service");
        refuseUnless(words.size() >= 3, where, "a rule has a source, a target and an action");
        String action = words.get(2);
        Set<String> known = PARAMETERS.get(action);
        if (known == null) {
            throw new PolicySyntaxError(where, "no action is called " + action);
        }
        Map<String, String> parameters = parameters(words.subList(3, words.size()), known, where);
        Token target = Token.parse(words.get(1), true, where);
        refuseUnless(
                !(action.equals("allow") && target.text().equals("@default"))
                        || parameters.containsKey("target"),
                where,
                "allow for @default needs target=");
        return new Rule(
                service,
                argument,
                Token.parse(words.get(0), false, where),
                target,
                action,
                !"no".equals(parameters.get("autostart")));
    }

    private static Map<String, String> parameters(
            List<String> words, Set<String> known, String where) {
        Map<String, String> parameters = new HashMap<>();
        for (String word : words) {
            int equal = word.indexOf('=');
            refuseUnless(equal > 0, where, "not a parameter: " + word);
            String key = word.substring(0, equal);
            String value = word.substring(equal + 1);
            refuseUnless(known.contains(key), where, "no parameter is called " + key);
            refuseUnless(parameters.put(key, value) == null, where, "twice: " + key);
            boolean choice = key.equals("notify") || key.equals("autostart");
            refuseUnless(
                    !choice || value.equals("yes") || value.equals("no"),
                    where,
                    key + " is yes or no");
        }
        return parameters;
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
}
