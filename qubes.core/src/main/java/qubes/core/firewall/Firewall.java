package qubes.core.firewall;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The firewall of one domain, kept in {@code firewall.xml} in the domain's folder (spec network.md
 * §6, §7). The file is read when the rules are first asked for; until then, and never after, a read
 * blocks. Safe for use by several threads.
 *
 * <p>When a rule's time is over, file and memory are rid of it and {@code firewall-changed} is
 * fired, within a minute also after the host slept or its clock was set.
 */
@ProviderType
public interface Firewall {
    /**
     * {@return the rules, expired ones included; one that accepts everything if there is no file}
     *
     * @throws qubes.core.error.QubesVMError if the file is of a version that nobody here knows
     * @throws qubes.core.error.QubesException if the file cannot be read, or holds anything that is
     *     not understood, for a rule without it could mean something else. The file is left alone
     */
    List<Rule> rules();

    /**
     * Replaces all rules, makes them durable and fires {@code firewall-changed}. Rules that expired
     * are kept in memory but not in the file. Blocks while the disk does; must not be called under
     * the model lock.
     *
     * @param rules the new rules, in order
     * @throws qubes.core.error.QubesException if the file cannot be written, or the domain is gone;
     *     file and rules are as they were then
     */
    void replace(List<Rule> rules);

    /**
     * Writes the rules that are in memory and fires {@code firewall-changed}; as {@link #replace}.
     *
     * @throws qubes.core.error.QubesException as {@link #rules} and {@link #replace}
     */
    void save();

    /**
     * Takes over the rules of another domain, in memory only and silently; for domains that are
     * made like another. May block on that one's first read.
     *
     * @param source the firewall of the domain that is cloned
     * @throws qubes.core.error.QubesException as {@link #rules} of {@code source}
     */
    void cloneFrom(Firewall source);

    /** {@return true if the domain has rules of its own on disk} Asks the disk. */
    boolean hasFile();

    /**
     * {@return the Admin API's form of the rules that hold now, a line each}
     *
     * @throws qubes.core.error.QubesException as {@link #rules}
     */
    String apiText();

    /**
     * {@return what a network provider's QubesDB is told of the domain's address of that family; as
     * {@link RuleList#entries(java.time.Instant, AddressFamily)}, now}
     *
     * @param family IPv4 or IPv6
     * @throws qubes.core.error.QubesException as {@link #rules}
     */
    Map<String, String> entries(AddressFamily family);
}
