package qubes.reference;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import qubes.core.vm.AdminVM;
import qubes.core.vm.KlassTraits;
import qubes.vm.appvm.AppVM;
import qubes.vm.dispvm.DisposableVM;
import qubes.vm.netvm.NetVM;
import qubes.vm.remotevm.RemoteVM;
import qubes.vm.standalonevm.StandaloneVM;
import qubes.vm.templatevm.TemplateVM;

/** Run by the build: writes the reference pages and the policy of the methods. */
public final class Reference {
    /** The klasses of the shipped set, in the order the pages tell of them. */
    static final List<KlassTraits> KLASSES =
            List.of(
                    AdminVM.TRAITS,
                    TemplateVM.TRAITS,
                    AppVM.TRAITS,
                    StandaloneVM.TRAITS,
                    NetVM.TRAITS,
                    DisposableVM.TRAITS,
                    RemoteVM.TRAITS);

    private Reference() {}

    /** {@code Reference ROOT}: the folder of the modules. */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        Path folder = Files.createDirectories(root.resolve("docs/reference"));
        List<MethodSources.Source> methods = MethodSources.in(root);
        write(folder.resolve("properties.md"), PropertyPage.of(KLASSES));
        write(
                folder.resolve("events.md"),
                EventPage.of(root.resolve("qubes.core/src/main/java/qubes/core/event")));
        write(folder.resolve("admin-api.md"), MethodPage.of(methods));
        write(
                root.resolve("qubes.dist/src/main/dist/policy.d/90-admin-default.policy"),
                AdminPolicy.of(methods, KLASSES));
    }

    /** A page that says what it said keeps its time, so that nothing is built again for it. */
    private static void write(Path page, String text) throws IOException {
        if (!Files.exists(page) || !Files.readString(page).equals(text)) {
            Files.write(page, text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
