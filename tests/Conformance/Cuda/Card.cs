using Serverless.Conformance.Tests.Kernels;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Conformance.Tests.Cuda;

/// <summary>The first card, with some of its memory; a test that asks for one is skipped where there is none.</summary>
internal sealed unsafe class Card : IDisposable
{
    private const long ArenaBytes = 256 << 20;

    public Card()
    {
        Assert.SkipUnless(CudaDevice.Enumerate().Count > 0, "this machine has no CUDA card");
        Context = new CudaContext(CudaDevice.Enumerate()[0]);
        Arena = new CudaArena(Context, ArenaBytes);
    }

    public CudaContext Context { get; }

    public CudaArena Arena { get; }

    public CudaStream Stream => Context.Stream;

    public DevicePointer Upload<T>(T[] values)
        where T : unmanaged
    {
        var pointer = Arena.Allocate((long)values.Length * sizeof(T));
        fixed (T* first = values) Stream.CopyToDevice(pointer, (nint)first, (long)values.Length * sizeof(T));
        return pointer;
    }

    public DevicePointer Upload(float[] values, DType type) => Upload(Weights.ToBytes(values, type));

    public T[] Download<T>(DevicePointer pointer, int count)
        where T : unmanaged
    {
        var values = new T[count];
        fixed (T* first = values)
        {
            Stream.CopyToHost((nint)first, pointer, (long)count * sizeof(T));
            Stream.Synchronize();
        }

        return values;
    }

    public float[] Download(DevicePointer pointer, int count, DType type) => type switch
    {
        DType.Float32 => Download<float>(pointer, count),
        DType.Float16 => Array.ConvertAll(Download<Half>(pointer, count), value => (float)value),
        DType.BFloat16 => Array.ConvertAll(Download<ushort>(pointer, count), bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public void Dispose()
    {
        Arena.Dispose();
        Context.Dispose();
    }
}
