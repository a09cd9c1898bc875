package qubes.shell;

import org.apache.felix.service.command.Descriptor;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** {@code qubes:plugins}. */
@Component(
        service = PluginsCommand.class,
        property = {"osgi.command.scope=qubes", "osgi.command.function=plugins"})
public final class PluginsCommand {
    private final BundleContext context;
    private final ServiceComponentRuntime components;

    @Activate
    public PluginsCommand(BundleContext context, @Reference ServiceComponentRuntime components) {
        this.context = context;
        this.components = components;
    }

    /**
     * The bundles that add something to the core, what that is, and why it is not there if it is
     * not.
     */
    @Descriptor(
            "list the bundles that add klasses, drivers, hypervisors or methods, and why one does not work")
    public String plugins() {
        FrameworkWiring framework =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        Table table = new Table().row("ID", "BUNDLE", "VERSION", "STATE", "ADDS", "REASON");
        for (Bundle bundle : context.getBundles()) {
            Plugin plugin = new Plugin(bundle, framework, components);
            if (!plugin.additions().isEmpty()) {
                table.row(
                        Long.toString(bundle.getBundleId()),
                        String.valueOf(bundle.getSymbolicName()),
                        bundle.getVersion().toString(),
                        plugin.state(),
                        String.join(", ", plugin.additions()),
                        plugin.reason());
            }
        }
        return table.toString();
    }
}
