using System.Runtime.InteropServices;
using System.Text;

namespace Serverless.Cli.Doctor;

/// <summary>Asks the CUDA driver, where there is one, which cards it sees.</summary>
internal static unsafe class Gpu
{
    private const string Driver = "libcuda.so.1";

    public static Check Look()
    {
        if (!NativeLibrary.TryLoad(Driver, out var library))
        {
            return new Check("GPU", $"none ({Driver} was not found)", CheckStatus.Optional, "Models run on the CPU.");
        }

        var init = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(library, "cuInit");
        var getCount = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "cuDeviceGetCount");
        var status = init(0);
        var count = 0;
        if (status == 0)
        {
            status = getCount(&count);
        }

        return status != 0 || count == 0
            ? new Check("GPU", $"none (the CUDA driver answers {status}, {count} cards)", CheckStatus.Optional, "Models run on the CPU.")
            : new Check("GPU", $"{string.Join(", ", Enumerable.Range(0, count).Select(index => Name(library, index)))} (this version of the engine runs on the CPU)");
    }

    private static string Name(nint library, int index)
    {
        var getDevice = (delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(library, "cuDeviceGet");
        var getName = (delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(library, "cuDeviceGetName");
        int device;
        var name = stackalloc byte[256];
        return getDevice(&device, index) == 0 && getName(name, 256, device) == 0
            ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name))
            : $"card {index}";
    }
}
