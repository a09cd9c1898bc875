package qubes.bench;

import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Stores of any size, shaped as the ones the original was measured with: few templates, many
 * AppVMs, one network.
 */
final class SampleStore {
    private SampleStore() {}

    /**
     * A store of dom0 and {@code domains} others, as text. The last by name is {@code work-0000…}.
     */
    static String of(int domains, String directory) {
        StringBuilder out = new StringBuilder(domains * 1700);
        out.append(
                """
                <qubes>
                  <labels>
                    <label id="label-1" color="0xcc0000">red</label>
                    <label id="label-8" color="0x000000">black</label>
                  </labels>
                  <pools>
                    <pool name="varlibqubes" dir_path="%1$s" driver="file-reflink" revisions_to_keep="1"/>
                    <pool name="linux-kernel" dir_path="%1$s/vm-kernels" driver="linux-kernel"/>
                  </pools>
                  <properties>
                    <property name="default_kernel">6.1</property>
                    <property name="default_netvm">sys-net</property>
                    <property name="default_pool_kernel">linux-kernel</property>
                    <property name="default_template">base</property>
                  </properties>
                  <domains>
                    <domain id="domain-0" class="AdminVM">
                      <properties>
                        <property name="label">black</property>
                      </properties>
                      <features/>
                      <tags/>
                    </domain>
                """
                        .formatted(directory));
        domain(out, 1, "base", "TemplateVM", "", false);
        domain(out, 2, "sys-net", "AppVM", "base", true);
        for (int qid = 3; qid <= domains; qid++) {
            domain(
                    out,
                    qid,
                    String.format(Locale.ROOT, "work-%04d", qid - 3),
                    "AppVM",
                    "base",
                    false);
        }
        return out.append("  </domains>\n</qubes>").toString();
    }

    private static void domain(
            StringBuilder out,
            int qid,
            String name,
            String klass,
            String template,
            boolean provider) {
        String folder = (template.isEmpty() ? "vm-templates/" : "appvms/") + name + "/";
        out.append("    <domain id=\"domain-")
                .append(qid)
                .append("\" class=\"")
                .append(klass)
                .append("\">\n");
        out.append("      <properties>\n");
        property(out, "label", "red");
        property(out, "name", name);
        if (provider) {
            property(out, "provides_network", "True");
        }
        property(out, "qid", Integer.toString(qid));
        property(out, "uuid", new UUID(0x4000L, 0x8000000000000000L + qid).toString());
        if (provider) {
            property(out, "netvm", "");
        }
        if (!template.isEmpty()) {
            property(out, "template", template);
        }
        out.append("      </properties>\n      <features>\n");
        for (int i = 0; i < 3; i++) {
            out.append("        <feature name=\"menu-item-")
                    .append(i)
                    .append("\">firefox.desktop</feature>\n");
        }
        out.append("      </features>\n      <tags>\n");
        for (String tag : List.of("audiovm-dom0", "created-by-dom0", "guivm-dom0")) {
            out.append("        <tag name=\"").append(tag).append("\"/>\n");
        }
        out.append("      </tags>\n      <volume-config>\n");
        if (template.isEmpty()) {
            volume(
                    out,
                    "root",
                    folder,
                    "save_on_stop=\"True\" snap_on_start=\"False\" size=\"10737418240\"");
        } else {
            volume(
                    out,
                    "root",
                    folder,
                    "save_on_stop=\"False\" snap_on_start=\"True\" size=\"10737418240\""
                            + " source=\"vm-templates/"
                            + template
                            + "/root\"");
        }
        volume(
                out,
                "private",
                folder,
                "save_on_stop=\"True\" snap_on_start=\"False\" size=\"2147483648\"");
        volume(
                out,
                "volatile",
                folder,
                "save_on_stop=\"False\" snap_on_start=\"False\" size=\"10737418240\"");
        out.append(
                "        <volume name=\"kernel\" pool=\"linux-kernel\" vid=\"6.1\" revisions_to_keep=\"0\" rw=\"False\""
                        + " save_on_stop=\"False\" snap_on_start=\"False\"/>\n");
        out.append("      </volume-config>\n    </domain>\n");
    }

    private static void property(StringBuilder out, String name, String value) {
        out.append("        <property name=\"")
                .append(name)
                .append("\">")
                .append(value)
                .append("</property>\n");
    }

    private static void volume(StringBuilder out, String name, String folder, String rest) {
        out.append("        <volume name=\"").append(name).append("\" pool=\"varlibqubes\" vid=\"");
        out.append(folder)
                .append(name)
                .append("\" revisions_to_keep=\"1\" rw=\"True\" ")
                .append(rest)
                .append("/>\n");
    }
}
