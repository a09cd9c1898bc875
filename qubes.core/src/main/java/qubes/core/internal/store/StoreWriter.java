package qubes.core.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import qubes.core.error.QubesException;
import qubes.core.state.DomainRecord;
import qubes.core.state.PoolRecord;
import qubes.core.state.SystemState;
import qubes.core.value.Label;

/**
 * Writes a state as a store, in the layout of the original: UTF-8, two blanks a level, no XML
 * declaration. A domain whose record is the one written last time is not written out again but
 * copied.
 *
 * <p>For one thread at a time.
 */
public final class StoreWriter {
    /** A domain as it was written last time. */
    private static final class Written {
        final DomainRecord domain;
        final byte[] text;

        Written(DomainRecord domain, byte[] text) {
            this.domain = domain;
            this.text = text;
        }
    }

    private final PropertyOrder order;
    private final Map<Integer, Written> cache = new HashMap<>(); // by qid

    /**
     * @param order in which order properties are written; asked again for a klass only when a
     *     domain changed
     */
    public StoreWriter(PropertyOrder order) {
        this.order = order;
    }

    /**
     * The text of a store in UTF-8, in pieces to be written one after the other; they belong to
     * this writer and must not be changed. Does no I/O.
     *
     * @throws QubesException if the store cannot hold a text of the state, or not so many
     */
    public List<byte[]> write(SystemState state) {
        XmlOutput head = head(state, order.ofGlobals());
        List<byte[]> pieces = new ArrayList<>(state.size() + 2);
        pieces.add(head.takeBytes());
        Map<String, Comparator<String>> orders = new HashMap<>(); // by klass
        for (DomainRecord domain : state.domains()) {
            head.before("domains", "domain:" + domain.qid());
            byte[] between = head.takeBytes();
            if (between.length > 0) {
                pieces.add(between);
            }
            pieces.add(written(domain, orders));
        }
        if (cache.size() > state.size()) {
            cache.keySet().removeIf(qid -> state.domain(qid) == null);
        }

        head.close("domains", "domains");
        head.close("qubes", "qubes");
        head.endOfDocument();
        pieces.add(head.takeBytes());
        requireLoadable(pieces);
        return pieces;
    }

    /** As {@link #write(SystemState)}, to a stream, which stays open. */
    public void write(SystemState state, OutputStream out) throws IOException {
        for (byte[] piece : write(state)) {
            out.write(piece);
        }
    }

    /** As {@link #write(SystemState)}, as one text. */
    public String text(SystemState state) {
        StringBuilder text = new StringBuilder();
        write(state).forEach(piece -> text.append(new String(piece, UTF_8)));
        return text.toString();
    }

    /**
     * The element of one domain, without the indentation of its first line.
     *
     * @throws QubesException as {@link #write(SystemState)} would
     */
    public static String text(DomainRecord domain, PropertyOrder order) {
        return new String(DomainWriter.write(domain, order.ofKlass(domain.klass())), UTF_8).strip();
    }

    /**
     * Refuses a domain that no save could hold, so that it need not come into effect.
     *
     * @throws QubesException as {@link #write(SystemState)} would
     */
    public static void requireStorable(DomainRecord domain) {
        DomainWriter.write(domain, PropertyOrder.AS_STORED.ofKlass(domain.klass()));
    }

    /**
     * As {@link #requireStorable}, for all of a system but its domains: labels, pools, properties.
     */
    public static void requireStorableHead(SystemState state) {
        head(state, PropertyOrder.AS_STORED.ofGlobals());
    }

    @SuppressWarnings("ReferenceEquality") // comparing records would cost what it saves
    private byte[] written(DomainRecord domain, Map<String, Comparator<String>> orders) {
        Written last = cache.get(domain.qid());
        if (last == null || last.domain != domain) {
            last =
                    new Written(
                            domain,
                            DomainWriter.write(
                                    domain,
                                    orders.computeIfAbsent(domain.klass(), order::ofKlass)));
            cache.put(domain.qid(), last);
        }
        return last.text;
    }

    /** All that comes before the domains. */
    private static XmlOutput head(SystemState state, Comparator<String> globalOrder) {
        XmlOutput head = new XmlOutput("the system", 0, state.unknown());
        head.before("", "qubes");
        head.tag("qubes").open("qubes");
        labels(state, head);
        pools(state, head);
        DomainWriter.properties("qubes", state.globals(), globalOrder, head);
        head.before("qubes", "domains");
        head.tag("domains").open("domains");
        return head;
    }

    private static void labels(SystemState state, XmlOutput out) {
        out.before("qubes", "labels");
        out.tag("labels");
        if (state.labels().isEmpty()) {
            out.empty("labels", "labels");
            return;
        }
        out.open("labels");
        state.labels().stream()
                .sorted(Comparator.comparingInt(Label::index))
                .forEach(
                        label -> {
                            String key = "label:" + label.index();
                            out.before("labels", key);
                            out.tag("label").attribute("id", "label-" + label.index());
                            if (!label.color().isEmpty()) {
                                out.attribute("color", label.color());
                            }
                            out.text(
                                    "labels/" + key,
                                    "label",
                                    Integer.toString(label.index()),
                                    label.name());
                        });
        out.close("labels", "labels");
    }

    private static void pools(SystemState state, XmlOutput out) {
        out.before("qubes", "pools");
        out.tag("pools");
        if (state.pools().isEmpty()) {
            out.empty("pools", "pools");
            return;
        }
        out.open("pools");
        for (PoolRecord pool : state.pools()) {
            String key = "pool:" + pool.name();
            out.before("pools", key);
            out.tag("pool").attributes(pool.attributes()).empty("pools/" + key, "pool");
        }
        out.close("pools", "pools");
    }

    private static void requireLoadable(List<byte[]> pieces) {
        long bytes = 0;
        for (byte[] piece : pieces) {
            bytes += piece.length;
        }
        if (bytes > StoreXml.MAX_STORE) {
            throw new QubesException(
                    "the store cannot be saved: it would have "
                            + bytes
                            + " bytes, more than "
                            + StoreXml.MAX_STORE
                            + "; remove domains or features");
        }
    }
}
