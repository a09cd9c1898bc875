package qubes.core.internal.system;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import qubes.core.property.PropertyTable;
import qubes.core.state.SystemState;

/** A store that was opened and read, about to be kept in step with the model. */
interface OpenStore {
    /** What it holds. */
    SystemState loaded();

    /**
     * Starts writing.
     *
     * @param newest gives the state to write
     * @param order a klass's declarations, which know the order of its properties; absent while the
     *     klass is away
     * @param onDurable told of each version that reached the disk
     */
    Persistence persist(
            Supplier<Model.Committed> newest,
            Function<String, Optional<PropertyTable>> order,
            LongConsumer onDurable);

    /**
     * Opens the store that {@code config} names, and makes it first if that is wanted. Blocks on
     * I/O.
     */
    static OpenStore open(CoreConfig config) {
        return FileStore.open(config);
    }
}
