package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter.InterpreterScopeClosable;
import com.hubspot.jinjava.objects.SafeString;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The blocks of one rendering, and which template extends which. */
final class Blocks {
    private final Rendering rendering;
    private final Map<String, List<TagNode>> chains =
            new HashMap<>(); // name to blocks, child first
    private final Deque<Level> open = new ArrayDeque<>();
    private @Nullable String parent;

    /** A block that is being rendered: which of its chain. */
    private record Level(List<TagNode> chain, int depth) {}

    Blocks(Rendering rendering) {
        this.rendering = rendering;
    }

    /** What follows is for the blocks of this template. */
    void extend(String template) {
        parent = template;
    }

    /** The template that the last one extends, once; null for none. */
    @Nullable String takeParent() {
        String taken = parent;
        parent = null;
        return taken;
    }

    /** Keeps the block for the template that this one extends, else renders who overrides it. */
    String meet(TagNode block) {
        // the first word: what may follow, as "scoped", is so anyway
        String name = block.getHelpers().strip().split("\\s+", 2)[0];
        if (name.isEmpty()) {
            throw new TemplateException("{% block %} without a name");
        }
        List<TagNode> chain = chains.computeIfAbsent(name, key -> new ArrayList<>());
        if (!chain.contains(block)) {
            chain.add(block);
        }
        if (parent == null) {
            return render(new Level(chain, 0));
        }
        meetAll(block);
        return "";
    }

    private void meetAll(Node outer) {
        for (Node node : outer.getChildren()) {
            if (node instanceof TagNode tag && tag.getName().equals("block")) {
                meet(tag);
            } else {
                meetAll(node);
            }
        }
    }

    /** {@code super()}: the block that this one overrides. */
    SafeString above() {
        Level level = open.peek();
        if (level == null || level.depth() + 1 >= level.chain().size()) {
            throw new TemplateException("super() where no block is overridden");
        }
        return new SafeString(render(new Level(level.chain(), level.depth() + 1)));
    }

    private String render(Level level) {
        Node before = rendering.node();
        open.push(level);
        try (InterpreterScopeClosable scope = rendering.enterScope()) {
            String text = Rendering.text(level.chain().get(level.depth()).getChildren(), rendering);
            rendering.enter(before);
            return text;
        } finally {
            open.pop();
        }
    }
}
