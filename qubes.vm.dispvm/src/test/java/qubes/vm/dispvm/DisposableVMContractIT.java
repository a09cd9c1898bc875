package qubes.vm.dispvm;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Qubes;
import qubes.testkit.Domains;
import qubes.testkit.ManualClock;
import qubes.testkit.vm.DomainClassContract;

@DisplayName("klass DispVM")
class DisposableVMContractIT implements DomainClassContract {
    @Override
    public DomainFactory factory() {
        return new DisposableVMFactory(new DisposableIds(), new Preloading(new ManualClock()));
    }

    @Override
    public List<String> bundles() {
        return List.of("qubes.vm.templatevm", "qubes.vm.appvm");
    }

    @Override
    public void prepare(Qubes qubes) {
        Domains.create(qubes, "AppVM", "dvm", "template=" + TEMPLATE, "template_for_dispvms=True");
    }

    @Override
    public List<String> properties() {
        return List.of("template=dvm");
    }
}
