package qubes.itest.faults;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** {@code qubes:plugins}, from the command as its bundle offers it. */
final class Shell {
    private Shell() {}

    /** The lines of it that begin with an id, or none, and that name. */
    static String plugin(BundleContext context, String name) throws Exception {
        ServiceReference<?>[] commands =
                context.getAllServiceReferences(
                        null, "(&(osgi.command.scope=qubes)(osgi.command.function=plugins))");
        Object command = context.getService(commands[0]);
        String all =
                (String)
                        command.getClass()
                                .getMethod("plugins", boolean.class)
                                .invoke(command, false);
        return all.lines()
                .filter(line -> line.matches("\\S+ +\\Q" + name + "\\E .*"))
                .findFirst()
                .orElse("");
    }
}
