package qubes.admin.method.service;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import qubes.core.admin.Unanswerable;
import qubes.core.admin.Untrusted;
import qubes.core.error.Repr;
import qubes.core.vm.BaseVM;
import qubes.core.vm.GuestDatabase;

/** What qubes wrote into their databases; nothing while no bundle reaches these. */
@Component(service = Reports.class)
public final class Reports {
    private volatile @Nullable GuestDatabase database;

    @Activate
    public Reports() {}

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindDatabase(GuestDatabase arrived) {
        database = arrived;
    }

    void unbindDatabase(GuestDatabase left) {
        if (database == left) {
            database = null;
        }
    }

    /**
     * The paths below a folder. Blocks.
     *
     * @throws Unanswerable if one of them cannot be printed
     */
    List<String> list(BaseVM vm, String folder) {
        GuestDatabase known = database;
        List<String> paths = known == null ? List.of() : known.list(vm, folder);
        for (String path : paths) {
            if (!path.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                throw new Unanswerable("a path that cannot be printed: " + Repr.quote(path));
            }
        }
        return paths.stream().filter(path -> path.length() > folder.length()).toList();
    }

    /** One value, absent if there is none. Blocks. */
    Optional<Untrusted> read(BaseVM vm, String path) {
        GuestDatabase known = database;
        return known == null
                ? Optional.empty()
                : known.read(vm, path).map(bytes -> Untrusted.copyOf(bytes, 0, bytes.length));
    }
}
