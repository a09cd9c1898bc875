package qubes.core.internal.store;

import java.util.List;
import qubes.core.firewall.RuleList;

/**
 * What the file of a firewall holds.
 *
 * @param remarks comments and processing instructions, as their text in XML; written back in front
 *     of the rules, wherever they stood
 */
public record FirewallContent(RuleList rules, List<String> remarks) {
    /** What counts as long as there is no file. */
    public static final FirewallContent DEFAULT = new FirewallContent(RuleList.DEFAULT, List.of());

    /** Copies the list. */
    public FirewallContent {
        remarks = List.copyOf(remarks);
    }

    /** The same remarks with other rules. */
    public FirewallContent with(RuleList others) {
        return new FirewallContent(others, remarks);
    }
}
