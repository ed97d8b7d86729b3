using Serverless.Inference;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Conformance.Tests.Cuda;

/// <summary>Memory, streams, events and graphs of the CUDA driver.</summary>
public sealed class DriverTests
{
    [Fact]
    public void A_card_says_what_it_is()
    {
        using var card = new Card();
        var device = card.Context.Device;
        device.Name.ShouldNotBeEmpty();
        device.Uuid.ShouldMatch("^(GPU|MIG)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");
        device.ComputeMajor.ShouldBeInRange(5, 20);
        device.Multiprocessors.ShouldBePositive();
        device.SharedMemoryPerBlock.ShouldBeGreaterThanOrEqualTo(48 * 1024);
        var (free, total) = card.Context.Memory();
        free.ShouldBeInRange(1, total);
        total.ShouldBeLessThanOrEqualTo(device.MemoryBytes);
        CudaDevice.CudaVersion.ShouldNotBeNull().Major.ShouldBeGreaterThanOrEqualTo(12);
        CudaDevice.DriverVersion.ShouldNotBeNull().ShouldMatch(@"^\d+\.\d+");
    }

    [Fact]
    public void Bytes_come_back_as_they_went_and_copies_and_fills_keep_to_their_range()
    {
        using var card = new Card();
        byte[] bytes = [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 7))];
        var first = card.Upload(bytes);
        var second = card.Arena.Allocate(bytes.Length);
        card.Stream.Fill(second, (byte)0xee, bytes.Length);
        card.Stream.Copy(second + 16, first + 32, 64);
        card.Stream.Fill(second + 128, 0x04030201, words: 2);
        byte[] expected = Enumerable.Repeat((byte)0xee, bytes.Length).ToArray();
        bytes.AsSpan(32, 64).CopyTo(expected.AsSpan(16));
        ((ReadOnlySpan<byte>)[1, 2, 3, 4, 1, 2, 3, 4]).CopyTo(expected.AsSpan(128));
        card.Download<byte>(second, bytes.Length).ShouldBe(expected);
        card.Download<byte>(first, bytes.Length).ShouldBe(bytes);
    }

    [Fact]
    public void More_memory_than_the_card_has_is_an_error_that_says_so()
    {
        using var card = new Card();
        var error = Should.Throw<InferenceException>(() => new CudaArena(card.Context, card.Context.Device.MemoryBytes * 2));
        error.Code.ShouldBe(InferenceErrorCodes.OutOfMemory);
        error.Message.ShouldContain("gpu_memory_utilization");
    }

    [Fact]
    public unsafe void Pinned_memory_is_filled_by_the_card()
    {
        using var card = new Card();
        using var pinned = new PinnedBuffer(1024);
        using var done = new CudaEvent();
        var device = card.Upload<int>([.. Enumerable.Range(5, 256)]);
        card.Stream.CopyToHost((nint)pinned.Pointer, device, pinned.Bytes);
        done.Record(card.Stream);
        done.Synchronize();
        done.IsDone.ShouldBeTrue();
        pinned.As<int>(0, 256).ToArray().ShouldBe(Enumerable.Range(5, 256));
        pinned.As<int>(16, 2).ToArray().ShouldBe([9, 10]);
        Should.Throw<ArgumentOutOfRangeException>(() => pinned.As<int>(4, 256).Length);
    }

    [Fact]
    public void A_stream_waits_for_another_s_event_and_events_keep_the_time()
    {
        using var card = new Card();
        using var other = new CudaStream(card.Context);
        using var start = new CudaEvent(timing: true);
        using var end = new CudaEvent(timing: true);
        var memory = card.Arena.Allocate(64 << 20);
        start.Record(card.Stream);
        card.Stream.Fill(memory, (byte)1, 64 << 20);
        end.Record(card.Stream);
        other.Wait(end);
        other.Fill(memory, (byte)2, 64 << 20);
        other.Synchronize();
        card.Download<byte>(memory, 64 << 20).ShouldAllBe(value => value == 2);
        CudaEvent.Milliseconds(start, end).ShouldBePositive();
    }

    [Fact]
    public void A_graph_does_its_work_at_every_launch_and_not_before()
    {
        using var card = new Card();
        var from = card.Upload<int>([1]);
        var to = card.Upload<int>([0]);
        using var graph = card.Stream.Capture(() => card.Stream.Copy(to, from, sizeof(int)));
        card.Download<int>(to, 1).ShouldBe([0]);
        foreach (int value in (int[])[7, 8])
        {
            card.Stream.Fill(from, (uint)value, words: 1);
            graph.Launch(card.Stream);
            card.Download<int>(to, 1).ShouldBe([value]);
        }
    }

    [Fact]
    public void A_stream_is_of_use_again_after_a_recording_failed()
    {
        using var card = new Card();
        var memory = card.Upload<int>([3]);
        Should.Throw<FormatException>(() => card.Stream.Capture(() => throw new FormatException()));
        Should.Throw<InferenceException>(() => card.Stream.Capture(card.Stream.Synchronize));
        card.Download<int>(memory, 1).ShouldBe([3]);
        using var graph = card.Stream.Capture(() => card.Stream.Fill(memory, 9u, words: 1));
        graph.Launch(card.Stream);
        card.Download<int>(memory, 1).ShouldBe([9]);
    }

    [Fact]
    public async Task What_belongs_to_a_card_can_be_disposed_on_any_thread_and_after_it()
    {
        using var card = new Card();
        var pinned = new PinnedBuffer(64);
        var made = new CudaEvent();
        var stream = new CudaStream(card.Context);
        await Task.Run(stream.Dispose, TestContext.Current.CancellationToken);
        card.Dispose();
        made.Dispose();
        pinned.Dispose();
        Should.Throw<ObjectDisposedException>(card.Context.MakeCurrent);
    }
}
