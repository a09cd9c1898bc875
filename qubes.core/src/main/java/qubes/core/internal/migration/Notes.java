package qubes.core.internal.migration;

/** Where migrations tell what they did. */
public interface Notes {
    /** Something was migrated; one line, the domain first. */
    void changed(String what);

    /** Something is wrong with the store, and was left as it is; one line, the domain first. */
    void odd(String what);
}
