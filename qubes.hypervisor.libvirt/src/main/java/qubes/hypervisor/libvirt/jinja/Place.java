package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.tree.Node;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a rendering is: in which template, and at which of its nodes. jinjava itself keeps lines,
 * but not of which template once blocks and {@code super()} are in play.
 */
final class Place {
    private final IdentityHashMap<Node, String> templates =
            new IdentityHashMap<>(); // root to template
    private @Nullable Node node;

    void parsed(Node root, String template) {
        templates.put(root, template);
    }

    void enter(@Nullable Node next) {
        node = next;
    }

    @Nullable Node node() {
        return node;
    }

    String template() {
        return node == null ? "template" : templates.getOrDefault(root(node), "template");
    }

    static Node root(Node node) {
        Node root = node;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        return root;
    }
}
