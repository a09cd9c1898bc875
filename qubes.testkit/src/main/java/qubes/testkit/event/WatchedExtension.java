package qubes.testkit.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import qubes.core.error.PermissionDenied;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.PreEvent;
import qubes.core.event.Subscriptions;
import qubes.testkit.Waiting;

/** Watches over the handlers of an extension. */
final class WatchedExtension implements Extension {
    private final Extension extension;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<String> lateRefusals = new CopyOnWriteArrayList<>();
    private final List<String> waits = new CopyOnWriteArrayList<>();

    WatchedExtension(Extension extension) {
        this.extension = extension;
    }

    @Override
    public void subscribe(Subscriptions on) {
        extension.subscribe(new Watched(on));
    }

    /** Forgets what waited when all was new: classes are loaded then. */
    void begin() {
        waits.clear();
    }

    /** What handlers threw that no client knows. */
    List<String> errors() {
        return List.copyOf(errors);
    }

    /** What handlers threw at events of what had happened already. */
    List<String> lateRefusals() {
        return List.copyOf(lateRefusals);
    }

    /** The events of changes at which a handler waited. */
    List<String> waits() {
        return List.copyOf(waits);
    }

    /** What it hears of {@code action}, which runs while it is away. */
    List<String> heardWhileAway(Runnable action) {
        heard.clear();
        action.run();
        return List.copyOf(heard);
    }

    private <E extends Event> void handle(Consumer<? super E> handler, E event) {
        String name = event.wireName();
        heard.add(name);
        long before = Waiting.soFar();
        try {
            handler.accept(event);
        } catch (QubesException | ProtocolError | PermissionDenied e) {
            if (!(event instanceof PreEvent)) {
                lateRefusals.add(name + ": " + e);
            }
            throw e;
        } catch (RuntimeException | LinkageError | AssertionError e) {
            errors.add(name + ": " + e);
            throw e;
        } finally {
            if (isOfAChange(event) && Waiting.soFar() != before) {
                waits.add(name);
            }
        }
    }

    /** True for events whose handlers run under the model's lock. */
    private static boolean isOfAChange(Event event) {
        String type = event.getClass().getSimpleName();
        return type.startsWith("Property") || type.startsWith("Feature") || type.startsWith("Tag");
    }

    private final class Watched implements Subscriptions {
        private final Subscriptions on;

        Watched(Subscriptions on) {
            this.on = on;
        }

        @Override
        public Subscriptions forKlass(String klass) {
            return new Watched(on.forKlass(klass));
        }

        @Override
        public Subscriptions forApplication() {
            return new Watched(on.forApplication());
        }

        @Override
        public <E extends PreEvent> void before(
                EventPattern<E> pattern, Consumer<? super E> handler) {
            on.before(pattern, event -> handle(handler, event));
        }

        @Override
        public <E extends Event> void after(EventPattern<E> pattern, Consumer<? super E> handler) {
            on.after(pattern, event -> handle(handler, event));
        }
    }
}
