package qubes.admin.policy;

import java.util.regex.Pattern;
import qubes.core.vm.BaseVM;

/**
 * The source or target of a rule: a name, {@code uuid:…}, {@code *}, {@code @anyvm},
 * {@code @adminvm}, {@code @type:K}, {@code @tag:T}, or one that only stands for disposables and
 * defaults.
 */
record Token(String text) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*");
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String TYPE = "@type:";
    private static final String TAG = "@tag:";
    private static final String UUID_PREFIX = "uuid:";
    private static final String DISPOSABLE = "@dispvm:";

    /**
     * A token of a rule.
     *
     * @param target whether it is the target, for which there are more
     * @throws PolicySyntaxError if there is no such token
     */
    static Token parse(String text, boolean target, String where) {
        boolean known =
                switch (text) {
                    case "*", "@anyvm", "@adminvm" -> true;
                    case "@default", "@dispvm" -> target;
                    default -> !text.startsWith("@") ? isDomain(text) : isQualified(text);
                };
        if (!known) {
            throw new PolicySyntaxError(where, "no source or target can be " + text);
        }
        return new Token(text);
    }

    /**
     * True if the token stands for the domain; disposables to be made and defaults are not asked
     * about here.
     */
    boolean matches(BaseVM vm, boolean asAdmin) {
        boolean admin = vm.qid() == 0;
        return switch (text) {
            case "*" -> true;
            case "@anyvm" -> !admin;
            case "@adminvm" -> admin;
            case "@default", "@dispvm" -> false;
            default -> matchesValue(vm, admin && asAdmin);
        };
    }

    private boolean matchesValue(BaseVM vm, boolean askedAsAdmin) {
        if (text.startsWith(TYPE)) {
            return !askedAsAdmin && vm.klass().equals(text.substring(TYPE.length()));
        }
        if (text.startsWith(TAG)) {
            return !askedAsAdmin && vm.tags().contains(text.substring(TAG.length()));
        }
        if (text.startsWith(UUID_PREFIX)) {
            return vm.uuid().toString().equals(text.substring(UUID_PREFIX.length()));
        }
        return text.equals(vm.name().value());
    }

    private static boolean isDomain(String text) {
        return text.startsWith(UUID_PREFIX)
                ? UUID_TEXT.matcher(text.substring(UUID_PREFIX.length())).matches()
                : NAME.matcher(text).matches();
    }

    private static boolean isQualified(String text) {
        for (String prefix : new String[] {TYPE, TAG, DISPOSABLE}) {
            if (text.startsWith(prefix)) {
                return text.length() > prefix.length();
            }
        }
        return false;
    }
}
