package qubes.vm.appvm;

import org.junit.jupiter.api.DisplayName;
import qubes.core.vm.DomainFactory;
import qubes.testkit.vm.DomainClassContract;

@DisplayName("klass AppVM")
class AppVMContractIT implements DomainClassContract {
    @Override
    public DomainFactory factory() {
        return new AppVMFactory();
    }
}
