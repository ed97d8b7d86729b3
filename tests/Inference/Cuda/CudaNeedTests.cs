using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Loading;
using Serverless.Inference.Runner;
using Serverless.Inference.Tests.Engine;

namespace Serverless.Inference.Tests.Cuda;

public sealed class CudaNeedTests
{
    private const long Megabyte = 1_000_000;
    private static readonly CudaDevice Device = new(0, "NVIDIA H200", "GPU-0", 141_000 * Megabyte, 9, 0, 132, 232448);
    private static readonly EngineOptions Options = new("model") { MaxNumSeqs = 64 };

    [Fact]
    public void A_share_that_is_too_small_names_what_is_needed_and_the_settings_of_shares()
    {
        var error = new CudaNeed(16_000 * Megabyte, 900 * Megabyte, 2 * Megabyte).Unmet(Options, Device, 12_000 * Megabyte);
        error.Code.ShouldBe(InferenceErrorCodes.OutOfMemory);
        error.Message.ShouldBe(
            "The engine does not fit on GPU 0 (NVIDIA H200): it needs 16902 MB (16000 MB for weights, 900 MB for activations, logits and sampling, "
            + "2 MB for the keys and values of one sequence), and gpu_memory_utilization 0.9 leaves it 12000 MB of the card's 141000 MB. "
            + "Set gpu_memory_utilization higher, or max_num_seqs, max_num_batched_tokens or max_model_len lower, or give every engine of the card kv_cache_bytes so that they share it.");
    }

    [Fact]
    public void A_cache_that_is_too_large_names_what_is_free_and_the_settings_of_sizes()
    {
        var error = new CudaNeed(16_000 * Megabyte, 900 * Megabyte, 20_000 * Megabyte).Unmet(Options with { KvCacheBytes = 20_000 * Megabyte }, Device, 12_000 * Megabyte);
        error.Message.ShouldBe(
            "The engine does not fit on GPU 0 (NVIDIA H200): it needs 36900 MB (16000 MB for weights, 900 MB for activations, logits and sampling, "
            + "20000 MB for the KV cache), and 12000 MB of the card's 141000 MB are free. "
            + "Set kv_cache_bytes, max_num_seqs, max_num_batched_tokens or max_model_len lower, or end what else runs on the card (nvidia-smi lists it).");
    }

    [Fact]
    public void Weights_are_counted_in_the_type_that_they_are_stored_in_and_the_cache_for_one_sequence()
    {
        using var model = new TinyModel().Save();
        using var folder = ModelFolder.Open(model.Folder);
        var half = CudaNeed.Of(Options, folder, Device);
        var single = CudaNeed.Of(Options with { Dtype = "float32", MaxModelLen = 33 }, folder, Device);

        // 258 tokens of 64 numbers twice, and two layers of 4 * 64 * 48 + 3 * 64 * 96 and their norms; float32 has more bytes a number.
        const long numbers = (2 * 258 * 64) + (2 * ((2 * 64 * 64) + (2 * 64 * 32) + (3 * 64 * 96) + 128)) + 64;
        half.Weights.ShouldBeInRange(2 * numbers, (2 * numbers) + 50_000);
        (single.Weights - half.Weights).ShouldBe(2 * numbers);

        // Two layers, keys and values of 2 heads of 16 numbers; 33 tokens take three blocks of 16.
        half.KvCache.ShouldBe(2 * 2 * 2 * 16 * 16 * 2);
        single.KvCache.ShouldBe(3 * 2 * 2 * 2 * 16 * 16 * 4);
        CudaNeed.Of(Options with { KvCacheBytes = 12345 }, folder, Device).KvCache.ShouldBe(12345);
        half.Total.ShouldBe(half.Weights + half.Work + half.KvCache);
    }
}
