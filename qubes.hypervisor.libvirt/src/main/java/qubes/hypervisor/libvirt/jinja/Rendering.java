package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.util.LengthLimitingStringBuilder;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One rendering, of a template and those it extends and includes. Where jinjava collects errors and
 * goes on, this ends at the first, which knows its place.
 */
final class Rendering extends JinjavaInterpreter {
    private final Function<String, Optional<String>> loader;
    private final Place place;
    private final Blocks blocks = new Blocks(this);
    private @Nullable Node running; // the root of the template that is rendered
    private @Nullable String parsing; // the name of the template that is parsed

    Rendering(
            Jinjava engine,
            Context context,
            JinjavaConfig config,
            Function<String, Optional<String>> loader) {
        super(engine, context, config);
        this.loader = loader;
        this.place = new Place();
    }

    /** For a template whose macros are imported. */
    Rendering(Rendering importing) {
        super(importing);
        this.loader = importing.loader;
        this.place = importing.place;
    }

    /** Says that this node is rendered next, or again. */
    void enter(@Nullable Node node) {
        place.enter(node);
        if (node != null) {
            setLineNumber(node.getLineNumber());
        }
    }

    @Nullable Node node() {
        return place.node();
    }

    Blocks blocks() {
        return blocks;
    }

    /** Renders the template, or the last of those it extends with its blocks in place. */
    String run(String template) {
        try {
            Set<String> extended = new HashSet<>();
            String output = render(start(template));
            for (String next = blocks.takeParent(); next != null; next = blocks.takeParent()) {
                if (!extended.add(next)) {
                    throw new TemplateException("{% extends %} without end");
                }
                output = render(start(next));
            }
            return output;
        } catch (TemplateException e) {
            throw e.at(place.template(), getLineNumber());
        } catch (InterpretException e) {
            throw fault(e, e.getMessage(), e.getLineNumber());
        } catch (RuntimeException e) {
            throw fault(e, e.getMessage(), 0);
        }
    }

    private Node start(String template) {
        Node root = parse(getResource(template));
        running = root;
        return root;
    }

    /** True if the node is of the template itself or one it extends, not of one it includes. */
    boolean isRunning(Node node) {
        return Place.root(node) == running;
    }

    @Override
    public String getResource(String name) {
        String source =
                loader.apply(name)
                        .orElseThrow(() -> new TemplateException("there is no template " + name));
        parsing = name;
        return source;
    }

    /** The library parses what it got from {@link #getResource} right after. */
    @Override
    public Node parse(String source) {
        String template = String.valueOf(parsing);
        Node root = super.parse(source);
        place.parsed(root, template);
        parsing = null;
        return root;
    }

    @Override
    public void addError(TemplateError error) {
        throw fault(error.getException(), error.getMessage(), error.getLineno());
    }

    private TemplateException fault(
            @Nullable Throwable thrown, @Nullable String message, int line) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof TemplateException ours) {
                return ours.at(place.template(), getLineNumber());
            }
        }
        TemplateException theirs =
                new TemplateException(String.valueOf(message).replaceAll("\\s+", " "));
        return parsing == null
                ? theirs.at(place.template(), line > 0 ? line : getLineNumber())
                : theirs.at(parsing, Math.max(line, 1));
    }

    static String text(List<Node> nodes, JinjavaInterpreter interpreter) {
        LengthLimitingStringBuilder text =
                new LengthLimitingStringBuilder(interpreter.getConfig().getMaxOutputSize());
        for (Node node : nodes) {
            text.append(node.render(interpreter));
        }
        return text.toString();
    }
}
