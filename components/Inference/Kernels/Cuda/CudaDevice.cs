using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>A card that the CUDA driver shows to this process; <c>CUDA_VISIBLE_DEVICES</c> hides cards and numbers the rest anew.</summary>
/// <param name="Index">Its number in this process, from 0.</param>
/// <param name="Name">Its name: "NVIDIA H200".</param>
/// <param name="Uuid">Its identity, as nvidia-smi prints it: "GPU-5c8f3a6e-...".</param>
/// <param name="MemoryBytes">Its memory in bytes.</param>
/// <param name="ComputeMajor">Major part of its compute capability: 9 of 9.0.</param>
/// <param name="ComputeMinor">Minor part of its compute capability.</param>
/// <param name="Multiprocessors">Streaming multiprocessors.</param>
/// <param name="SharedMemoryPerBlock">Most shared memory that a block may ask for, in bytes.</param>
public sealed unsafe record CudaDevice(
    int Index, string Name, string Uuid, long MemoryBytes, int ComputeMajor, int ComputeMinor, int Multiprocessors, int SharedMemoryPerBlock)
{
    private const int NameLength = 256;
    private const int OldestCuda = 12;

    private static readonly Lazy<IReadOnlyList<CudaDevice>> All = new(Look, LazyThreadSafetyMode.PublicationOnly);
    private static readonly Lazy<string?> NvmlVersion = new(Nvml.DriverVersion);

    /// <summary>The driver's version as nvidia-smi prints it (580.95.05); null where there is none.</summary>
    public static string? DriverVersion => NvmlVersion.Value;

    /// <summary>The newest CUDA version that the driver runs (13.0); null where there is no driver.</summary>
    /// <exception cref="InferenceException">There is a driver, and it does not work.</exception>
    public static Version? CudaVersion
    {
        get
        {
            if (!CudaLibrary.IsPresent(CudaLibrary.Cuda)) return null;
            int version;
            CudaError.Check(Driver.cuDriverGetVersion(&version), nameof(Driver.cuDriverGetVersion));
            return new Version(version / 1000, version % 1000 / 10);
        }
    }

    /// <summary>All cards that this process may use, in the driver's order; none where there is no driver or no card. The driver is asked once.</summary>
    /// <exception cref="InferenceException">There is a driver, and it does not work.</exception>
    public static IReadOnlyList<CudaDevice> Enumerate() => All.Value;

    /// <summary>Its memory that nobody uses now, in bytes. Readies the card, which takes some of its memory while this asks.</summary>
    /// <exception cref="InferenceException">The driver refuses.</exception>
    public long FreeBytes()
    {
        using var context = new CudaContext(this);
        return context.Memory().Free;
    }

    /// <summary>Readies the driver.</summary>
    /// <returns>Whether it has cards.</returns>
    /// <exception cref="InferenceException">There is a driver, and it does not work.</exception>
    private static bool Initialize()
    {
        if (!CudaLibrary.IsPresent(CudaLibrary.Cuda)) return false;
        int status = Driver.cuInit(0);
        if (status is CudaError.NoDevice or CudaError.StubLibrary) return false;
        if (status != CudaError.Success) throw Useless(CudaError.Of(status, nameof(Driver.cuInit)).Message);
        if (CudaVersion!.Major < OldestCuda) throw Useless($"it is for CUDA {CudaVersion}, and CUDA {OldestCuda} or newer is needed");
        return true;
    }

    private static InferenceException Useless(string reason) =>
        new(InferenceErrorCodes.Cuda, $"The CUDA driver is of no use here: {reason}. Mend or renew it, or choose the device cpu.");

    private static CudaDevice[] Look()
    {
        if (!Initialize()) return [];
        int count;
        CudaError.Check(Driver.cuDeviceGetCount(&count), nameof(Driver.cuDeviceGetCount));
        var devices = new CudaDevice[count];
        for (int i = 0; i < count; i++) devices[i] = Ask(i);
        return devices;
    }

    private static CudaDevice Ask(int index)
    {
        int device;
        CudaError.Check(Driver.cuDeviceGet(&device, index), nameof(Driver.cuDeviceGet));
        byte* name = stackalloc byte[NameLength];
        CudaError.Check(Driver.cuDeviceGetName(name, NameLength, device), nameof(Driver.cuDeviceGetName));
        byte* uuid = stackalloc byte[16];
        CudaError.Check(Driver.cuDeviceGetUuid_v2(uuid, device), nameof(Driver.cuDeviceGetUuid_v2));
        nuint bytes;
        CudaError.Check(Driver.cuDeviceTotalMem_v2(&bytes, device), nameof(Driver.cuDeviceTotalMem_v2));
        string title = Marshal.PtrToStringUTF8((nint)name) ?? "";
        return new CudaDevice(
            index, title, FormatUuid(title, new ReadOnlySpan<byte>(uuid, 16)), (long)bytes,
            Attribute(device, Driver.AttributeComputeMajor), Attribute(device, Driver.AttributeComputeMinor),
            Attribute(device, Driver.AttributeMultiprocessors), Attribute(device, Driver.AttributeSharedMemoryPerBlock));
    }

    private static int Attribute(int device, int attribute)
    {
        int value;
        CudaError.Check(Driver.cuDeviceGetAttribute(&value, attribute, device), $"{nameof(Driver.cuDeviceGetAttribute)}({attribute})");
        return value;
    }

    /// <summary>The sixteen bytes of a CUuuid in their order, behind "GPU-", or "MIG-" for a slice of a card, which has that in its name.</summary>
    internal static string FormatUuid(string name, ReadOnlySpan<byte> uuid) =>
        $"{(name.Contains(" MIG ", StringComparison.Ordinal) ? "MIG" : "GPU")}-{new Guid(uuid, bigEndian: true):D}";
}
