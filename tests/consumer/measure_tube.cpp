// Links the installed library and runs its kernels.
#include <stenometry/stenometry.h>
#include <iostream>

int main() {
    const auto calibration = stenometry::Calibration::from_user(0.2);
    std::cout << "stenometry " << stenometry::version() << " on " << stenometry::cpu_target() << '\n';
    return calibration.known() ? 0 : 1;
}
