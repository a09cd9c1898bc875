package qubes.ext.features;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.event.Extension;
import qubes.core.event.FeaturesRequest;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;
import qubes.core.vm.QubesVM;

/**
 * Takes which system a qube without template says it runs; one with Windows and an agent gets what
 * such a one needs (spec qubesdb-services-extensions.md §7.3).
 */
@Component
public final class WindowsFeatures implements Extension {
    private static final String OS = "os";
    private static final String WINDOWS = "Windows";
    private static final int PATIENCE_SECONDS = 6000;

    @Activate
    public WindowsFeatures() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.after(FeaturesRequest.class, WindowsFeatures::take);
    }

    private static void take(FeaturesRequest event) {
        BaseVM vm = (BaseVM) event.subject();
        String os = event.untrustedFeatures().getOrDefault(OS, "");
        if (!(os.equals(WINDOWS) || os.equals("Linux"))
                || Requests.refuseFromTemplateBased(vm, "system")) {
            return;
        }
        vm.features().set(OS, os);
        if (os.equals(WINDOWS) && "1".equals(event.untrustedFeatures().get("qrexec"))) {
            vm.features().set("rpc-clipboard", true);
            vm.as(QubesVM.class).ifPresent(WindowsFeatures::prepare);
            addMissing(vm.features());
        }
    }

    private static void prepare(QubesVM vm) {
        try {
            vm.set(QubesVM.MAXMEM, 0);
        } catch (QubesVMNotHaltedError e) {
            vm.log().warn("{}: maxmem stays, it is to be 0 for Windows: {}", vm, e.getMessage());
        }
        vm.set(QubesVM.QREXEC_TIMEOUT, PATIENCE_SECONDS);
    }

    private static void addMissing(Features features) {
        Map<String, String> needed = new LinkedHashMap<>();
        needed.put("stubdom-qrexec", "1");
        needed.put("audio-model", "ich6");
        needed.put("timezone", "localtime");
        needed.put("no-monitor-layout", "1");
        needed.forEach(
                (feature, value) -> {
                    if (features.findWithTemplate(feature).isEmpty()) {
                        features.set(feature, value);
                    }
                });
    }
}
