package qubes.core.internal.store;

import java.util.List;
import qubes.core.error.QubesException;
import qubes.core.firewall.OptionKey;
import qubes.core.firewall.Rule;
import qubes.core.firewall.RuleOption;
import qubes.core.state.XmlFragment;

/** Writes the file of a firewall, version 2 (spec network.md §7). */
public final class FirewallWriter {
    private static final List<OptionKey> ORDER =
            List.of(
                    OptionKey.ACTION,
                    OptionKey.COMMENT,
                    OptionKey.EXPIRE,
                    OptionKey.DSTHOST,
                    OptionKey.PROTO,
                    OptionKey.SPECIALTARGET,
                    OptionKey.DSTPORTS,
                    OptionKey.ICMPTYPE);

    private FirewallWriter() {}

    /**
     * The text of a file, in UTF-8.
     *
     * @param name name of the file, for messages
     * @throws QubesException if a comment is longer than any reader takes
     */
    public static byte[] write(FirewallContent content, String name) {
        XmlOutput out =
                new XmlOutput(
                        name,
                        0,
                        content.remarks().stream()
                                .map(remark -> XmlFragment.node("firewall", "rules", remark))
                                .toList());
        out.tag("firewall").attribute("version", "2").open("firewall");
        out.before("firewall", "rules");
        if (content.rules().rules().isEmpty()) {
            out.tag("rules").empty("rules", "rules");
        } else {
            out.tag("rules").open("rules");
            content.rules().rules().forEach(rule -> write(out, rule));
            out.close("rules", "rules");
        }
        out.close("firewall", "firewall");
        out.endOfDocument();
        return out.takeBytes();
    }

    private static void write(XmlOutput out, Rule rule) {
        out.tag("rule").open("rule");
        out.tag("properties").open("properties");
        for (OptionKey key : ORDER) {
            RuleOption option = rule.options().get(key);
            if (option != null) {
                String name = key.wireName();
                out.tag("property").attribute("name", name);
                out.text("property", "property", name, option.text());
            }
        }
        out.close("properties", "properties");
        out.close("rule", "rule");
    }
}
