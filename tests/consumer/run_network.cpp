// Asks for a network that is not there, and is told so by the installed library.
#include <stenometry/error.h>
#include <stenometry/network.h>
#include <iostream>
#include <string>

int main() try {
    stenometry::VesselNetwork network("absent.onnx", stenometry::NetworkSettings{});
    return 1;
} catch (const stenometry::IoError& error) {
    std::cout << error.what() << '\n';
    return std::string(error.what()).find("absent.onnx") == std::string::npos ? 1 : 0;
}
