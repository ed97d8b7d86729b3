using TorchSharp;

namespace Serverless.Inference.Torch;

/// <summary>The scope of one operation on this thread: no gradients are kept, and every tensor that it made and did not detach is freed at its end.</summary>
internal readonly struct TorchOperation : IDisposable
{
    private readonly DisposeScope tensors;
    private readonly IDisposable inference;

    private TorchOperation(DisposeScope tensors, IDisposable inference)
    {
        this.tensors = tensors;
        this.inference = inference;
    }

    /// <summary>Opens the scope.</summary>
    public static TorchOperation Begin() => new(torch.NewDisposeScope(), torch.inference_mode());

    /// <inheritdoc/>
    public void Dispose()
    {
        tensors.Dispose();
        inference.Dispose();
    }
}
