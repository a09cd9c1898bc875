package qubes.itest.faults;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** {@code qubes:plugins}, from the command as its bundle offers it. */
final class Shell {
    private Shell() {}

    /** The lines of it that begin with an id, or none, and that name. */
    static String plugin(BundleContext context, String name) throws Exception {
        return plugins(context, false)
                .lines()
                .filter(line -> line.matches("\\S+ +\\Q" + name + "\\E .*"))
                .findFirst()
                .orElse("");
    }

    /** The line of {@code qubes:plugins --time} that begins with that name, or none. */
    static String time(BundleContext context, String name) throws Exception {
        return plugins(context, true)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .orElse("");
    }

    private static String plugins(BundleContext context, boolean time) throws Exception {
        ServiceReference<?>[] commands =
                context.getAllServiceReferences(
                        null, "(&(osgi.command.scope=qubes)(osgi.command.function=plugins))");
        Object command = context.getService(commands[0]);
        return (String)
                command.getClass().getMethod("plugins", boolean.class).invoke(command, time);
    }
}
