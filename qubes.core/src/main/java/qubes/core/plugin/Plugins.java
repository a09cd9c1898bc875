package qubes.core.plugin;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps account of what goes wrong in plugins. A service; whoever runs others' code, or decides
 * whether to, tells it here. It writes the log's line, so that a fault that repeats itself is no
 * flood: it is counted, and told again once a minute at most.
 *
 * <p>Nothing here blocks. Plugins are kept by name only, never their classes or errors, so that a
 * bundle that left can be forgotten by the JVM.
 */
@ProviderType
public interface Plugins {
    /**
     * Code of a plugin failed, and somebody contained that.
     *
     * @param culprit a class of the plugin
     * @param what it was at, as {@code handler of domain-start}; one of few, since each is
     *     remembered
     * @param error what it threw
     */
    void failed(Class<?> culprit, String what, Throwable error);

    /**
     * {@return the plugin whose code an error came out of: the one of the innermost frames that are
     * neither Java's, nor a library's, nor the core's; absent if there is none}
     *
     * @param error what was thrown
     */
    Optional<String> blame(Throwable error);

    /**
     * As {@link #failed(Class, String, Throwable)}, for a plugin that {@link #blame} named.
     *
     * @param plugin the bundle's symbolic name
     * @param what it was at, one of few
     * @param error what it threw
     */
    void failed(String plugin, String what, Throwable error);

    /**
     * A plugin does not work, until {@link #settled} is said. Logged if it is news.
     *
     * @param plugin the bundle's symbolic name, or the name of a file
     * @param kind who says so, as {@code signature}: of each kind there is one reason
     * @param reason in words for people, one line
     */
    void trouble(String plugin, String kind, String reason);

    /**
     * What was said by {@link #trouble} is over. Nothing if there was none.
     *
     * @param plugin as it was named then
     * @param kind who said so
     */
    void settled(String plugin, String kind);

    /**
     * Events came faster than they could be told, and somebody was cut off for that. Whose code
     * goes on firing so many is named, as by {@link #trouble}, for as long as it does and a minute
     * more. Nobody is if few events follow, or if it is no plugin that fires them.
     *
     * @param consequence what came of it, in words for people that follow a colon, as {@code a
     *     subscriber that does not read is cut off}; one of few
     */
    void overrun(String consequence);

    /** {@return all that is known, by name} */
    List<PluginReport> reports();
}
