package qubes.hypervisor.libvirt.jinja;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template as read.
 *
 * @param parent what it extends
 * @param blocks name to body of the blocks it defines
 */
record Template(String name, Node body, @Nullable Expression parent, Map<String, Node> blocks) {}
