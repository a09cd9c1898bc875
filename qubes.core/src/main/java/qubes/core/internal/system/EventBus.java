package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.PermissionDenied;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.PreEvent;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.ClassHandler;
import qubes.core.vm.KlassTraits;

/**
 * Finds and runs the handlers of an event, on the caller's thread (spec events.md §1). Ordinary
 * events run from the most general class to the klass and reach outside listeners last; pre-events
 * the other way round.
 */
final class EventBus {
    private static final Logger log = LoggerFactory.getLogger(EventBus.class);

    /** Stands for the application among the levels that extensions name. */
    private static final String APPLICATION = "Qubes";

    /** Event names hold names that clients choose: more than this are not remembered. */
    private static final int MOST_RESOLVED = 4096;

    private interface Handler {
        void handle(Event event);
    }

    /** Who hears an event: in ordinary order, and once listeners outside have heard it. */
    private record Handlers(List<Handler> inOrder, List<Handler> late) {}

    private record Key(Object traits, Class<?> type, String wireName) {}

    /** What one extension wants to hear at one level. */
    private record Wish(
            Extension extension, String level, EventPattern<?> pattern, Consumer<Event> action) {}

    private volatile List<Wish> wishes = List.of(); // in the extensions' order
    private Map<Extension, List<Wish>> byExtension = new IdentityHashMap<>(); // guarded by this
    private volatile Map<Key, Handlers> resolved = new ConcurrentHashMap<>(); // for ordinary order

    /** Forgets what was found for klasses that may have left. */
    void forget() {
        resolved = new ConcurrentHashMap<>();
    }

    /** How many event names it remembers handlers of. */
    int remembered() {
        return resolved.size();
    }

    /**
     * Hears the extensions that are there now and no others, in their order; asks each once what it
     * wants to hear.
     *
     * @param now gives them; asked here, so that of two changes at once the later look counts
     */
    synchronized void extensions(Supplier<? extends Collection<Extension>> now) {
        Map<Extension, List<Wish>> known = new IdentityHashMap<>();
        List<Wish> all = new ArrayList<>();
        for (Extension extension : List.copyOf(now.get())) {
            List<Wish> own = byExtension.get(extension);
            if (own == null) {
                own = wishesOf(extension);
            }
            known.put(extension, own);
            all.addAll(own);
        }
        byExtension = known;
        wishes = List.copyOf(all);
        forget();
    }

    private static List<Wish> wishesOf(Extension extension) {
        List<Wish> own = new ArrayList<>();
        try {
            extension.subscribe(new Collector(extension, KlassTraits.LOCAL, own));
            return List.copyOf(own);
        } catch (RuntimeException e) {
            log.error(
                    "Extension {} is left out: it failed to subscribe",
                    extension.getClass().getName(),
                    e);
            return List.of();
        }
    }

    /**
     * Runs the handlers of an event.
     *
     * @param outside told before the handlers of a pre-event, after those of any other
     */
    void fire(Event event, Consumer<Event> outside) {
        Handlers handlers = handlers(event);
        if (event instanceof PreEvent) {
            outside.accept(event);
            for (int i = handlers.inOrder().size() - 1; i >= 0; i--) {
                handlers.inOrder().get(i).handle(event);
            }
        } else {
            handlers.inOrder().forEach(handler -> handler.handle(event));
            outside.accept(event);
        }
        handlers.late().forEach(handler -> handler.handle(event));
    }

    private Handlers handlers(Event event) {
        Object level = event.subject() instanceof BaseVM vm ? vm.traits() : APPLICATION;
        Key key = new Key(level, event.getClass(), event.wireName());
        Map<Key, Handlers> cache = resolved;
        Handlers found = cache.get(key);
        if (found == null) {
            found = resolve(event, level);
            if (cache.size() >= MOST_RESOLVED) {
                cache.clear();
            }
            cache.put(key, found);
        }
        return found;
    }

    private Handlers resolve(Event event, Object level) {
        List<Handler> found = new ArrayList<>();
        List<Handler> late = new ArrayList<>();
        boolean pre = event instanceof PreEvent;
        if (level instanceof KlassTraits traits) {
            for (KlassTraits.Level step : traits.lineage()) {
                List<Handler> table = new ArrayList<>();
                for (ClassHandler<?> handler : step.handlers()) {
                    if (handler.pattern().matches(event.getClass(), event.wireName())) {
                        (handler.late() ? late : table)
                                .add(e -> handler.handle((BaseVM) e.subject(), e));
                    }
                }
                wished(step.name(), event, table);
                addTable(found, table, pre);
            }
        } else {
            List<Handler> table = new ArrayList<>();
            wished(APPLICATION, event, table);
            addTable(found, table, pre);
        }
        return new Handlers(List.copyOf(found), List.copyOf(late));
    }

    /**
     * Within one table the order is the same for both kinds of event; pre-events walk the whole
     * list backwards.
     */
    private static void addTable(List<Handler> all, List<Handler> table, boolean pre) {
        if (pre) {
            Collections.reverse(table);
        }
        all.addAll(table);
    }

    private void wished(String level, Event event, List<Handler> into) {
        for (Wish wish : wishes) {
            if (wish.level().equals(level)
                    && wish.pattern().matches(event.getClass(), event.wireName())) {
                into.add(e -> fenced(wish, e));
            }
        }
    }

    /**
     * An extension may refuse a pre-event; whatever else goes wrong in it is its own bug and stays
     * there.
     */
    private static void fenced(Wish wish, Event event) {
        try {
            wish.action().accept(event);
        } catch (QubesException | PermissionDenied e) {
            throw e;
        } catch (RuntimeException e) {
            String name = wish.extension().getClass().getName();
            log.error("Extension {} failed on {}", name, event.wireName(), e);
            if (event instanceof PreEvent) {
                throw new QubesException(
                        "Refused: extension " + name + " failed on " + event.wireName(), e);
            }
        }
    }

    private record Collector(Extension extension, String level, List<Wish> wishes)
            implements Subscriptions {
        @Override
        public Subscriptions forKlass(String klass) {
            return new Collector(extension, klass, wishes);
        }

        @Override
        public Subscriptions forApplication() {
            return new Collector(extension, APPLICATION, wishes);
        }

        @Override
        public <E extends PreEvent> void before(
                EventPattern<E> pattern, Consumer<? super E> handler) {
            after(pattern, handler);
        }

        @Override
        public <E extends Event> void after(EventPattern<E> pattern, Consumer<? super E> handler) {
            wishes.add(
                    new Wish(
                            extension,
                            level,
                            pattern,
                            event -> handler.accept(pattern.type().cast(event))));
        }
    }
}
