using System.Collections.Concurrent;
using Serverless.Inference.Loading;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Inference.Tests.Loading.Hub;

public sealed class HubDownloadTests : IDisposable
{
    private readonly FakeHub hub = new();

    public void Dispose() => hub.Dispose();

    private byte[] Weights => hub.Files["model.safetensors"];

    [Fact]
    public async Task What_the_engine_needs_arrives_and_nothing_else()
    {
        var snapshot = await hub.GetAsync();

        snapshot.Commit.ShouldBe(FakeHub.Commit);
        snapshot.Folder.ShouldBe(Path.Combine(hub.Cache.Path, "models--acme--tiny", "snapshots", FakeHub.Commit));
        Directory.GetFiles(snapshot.Folder).Select(Path.GetFileName).Order().ShouldBe(["config.json", "model.safetensors", "tokenizer.json"]);
        using var model = ModelFolder.Open(snapshot.Folder);
        model.Weights.Get("a").Data.Length.ShouldBe(4000);
    }

    [Fact]
    public async Task The_cache_is_laid_out_as_Hugging_Face_s_own_tools_expect()
    {
        var snapshot = await hub.GetAsync("acme/tiny@refs/pr/1");

        File.ReadAllText(Path.Combine(hub.Cache.Path, "models--acme--tiny", "refs", "refs", "pr", "1")).ShouldBe(FakeHub.Commit);
        File.ReadAllBytes(hub.Blob("model.safetensors")).ShouldBe(Weights);
        new FileInfo(Path.Combine(snapshot.Folder, "model.safetensors")).LinkTarget
            .ShouldBe(Path.Combine("..", "..", "blobs", FakeHub.Sha256(Weights)));
    }

    [Fact]
    public async Task A_second_download_of_a_branch_asks_what_it_means_now_and_fetches_nothing_again()
    {
        await hub.GetAsync();
        int before = hub.HubRequests.Count;
        await hub.GetAsync();

        hub.HubRequests.Skip(before).ShouldAllBe(request => request.Method == "HEAD" || request.Path.StartsWith("/api/", StringComparison.Ordinal));
        hub.StorageRequests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_that_is_in_the_cache_needs_no_network()
    {
        await hub.GetAsync();
        int before = hub.HubRequests.Count;
        (await hub.GetAsync($"acme/tiny@{FakeHub.Commit}")).Commit.ShouldBe(FakeHub.Commit);
        hub.HubRequests.Count.ShouldBe(before);
    }

    [Fact]
    public async Task A_connection_that_is_cut_again_and_again_goes_on_where_it_stopped()
    {
        hub.OnStorage = request => FakeHub.Content(request, Weights) with { CutAfter = Math.Min(500, Weights.Length - request.From) };
        var snapshot = await hub.GetAsync();

        File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")).ShouldBe(Weights);
        hub.StorageRequests.Select(request => request.From).ShouldBe([.. Enumerable.Range(0, (Weights.Length + 499) / 500).Select(i => i * 500)]);
    }

    [Fact]
    public async Task A_transfer_that_stands_still_is_cut_and_goes_on()
    {
        hub.OnStorage = request => request.From == 0 ? FakeHub.Content(request, Weights) with { HangAfter = 700 } : null;
        var snapshot = await hub.GetAsync(change: options => options with { StallTimeout = TimeSpan.FromMilliseconds(200) });

        File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")).ShouldBe(Weights);
        hub.StorageRequests.Select(request => request.From).ShouldBe([0, 700]);
    }

    [Fact]
    public async Task What_an_earlier_process_left_behind_is_gone_on_with()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(hub.Blob("model.safetensors"))!);
        File.WriteAllBytes(hub.Blob("model.safetensors") + ".incomplete", Weights[..1234]);
        var snapshot = await hub.GetAsync();

        hub.StorageRequests.Single().From.ShouldBe(1234);
        File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")).ShouldBe(Weights);
    }

    [Fact]
    public async Task What_an_earlier_process_left_behind_too_long_or_wrong_is_thrown_away()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(hub.Blob("model.safetensors"))!);
        File.WriteAllBytes(hub.Blob("model.safetensors") + ".incomplete", new byte[Weights.Length + 1]);
        File.WriteAllBytes(hub.Blob("config.json") + ".incomplete", new byte[hub.Files["config.json"].Length + 1]);
        var snapshot = await hub.GetAsync();

        File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")).ShouldBe(Weights);
        File.ReadAllBytes(Path.Combine(snapshot.Folder, "config.json")).ShouldBe(hub.Files["config.json"]);
    }

    [Fact]
    public async Task A_server_that_cannot_go_on_in_the_middle_starts_over()
    {
        bool first = true;
        hub.OnStorage = request =>
        {
            var reply = new Reply(200, Weights) { CutAfter = first ? 900 : null };
            first = false;
            return reply;
        };
        var snapshot = await hub.GetAsync();
        File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")).ShouldBe(Weights);
    }

    [Fact]
    public async Task A_server_that_always_starts_over_and_stops_early_is_given_up()
    {
        hub.OnStorage = _ => new Reply(200, Weights) { CutAfter = 900 };
        (await Should.ThrowAsync<InferenceException>(() => hub.GetAsync())).Message.ShouldContain("the connection broke");
    }

    [Fact]
    public async Task Wrong_content_is_thrown_away_and_fetched_again()
    {
        int count = 0;
        hub.OnStorage = request => count++ == 0 ? new Reply(200, new byte[Weights.Length]) : null;
        var snapshot = await hub.GetAsync();

        File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")).ShouldBe(Weights);
        hub.StorageRequests.Select(request => request.From).ShouldBe([0, 0]);
    }

    [Fact]
    public async Task Content_that_stays_wrong_is_refused_with_both_hashes_and_never_shows_up()
    {
        byte[] wrong = new byte[Weights.Length];
        hub.OnStorage = _ => new Reply(200, wrong);
        var error = await Should.ThrowAsync<InferenceException>(() => hub.GetAsync());

        error.Code.ShouldBe(InferenceErrorCodes.ModelDownload);
        error.Message.ShouldContain($"model.safetensors: expected SHA-256 {FakeHub.Sha256(Weights)}, found {FakeHub.Sha256(wrong)}");
        File.Exists(hub.Blob("model.safetensors")).ShouldBeFalse();
        File.Exists(Path.Combine(hub.Cache.Path, "models--acme--tiny", "snapshots", FakeHub.Commit, "model.safetensors")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_never_to_the_storage_host()
    {
        await hub.GetAsync(change: options => options with { Token = "hf_secret" });
        hub.HubRequests.ShouldAllBe(request => request.Headers["authorization"] == "Bearer hf_secret");
        hub.StorageRequests.ShouldHaveSingleItem().Headers.Keys.ShouldNotContain("authorization");
    }

    [Fact]
    public async Task A_model_that_was_renamed_is_found_through_the_hub_s_own_redirect_with_the_token()
    {
        hub.OnHub = request => request.Path.Contains("/old-name/", StringComparison.Ordinal)
            ? new Reply(307, null, ("Location", request.Path.Replace("/old-name/", "/tiny/", StringComparison.Ordinal))) : null;
        var snapshot = await hub.GetAsync("acme/old-name", options => options with { Token = "hf_secret" });

        File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")).ShouldBe(Weights);
        hub.HubRequests.ShouldAllBe(request => request.Headers["authorization"] == "Bearer hf_secret");
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Fri, 02 Jan 2026 03:05:05 GMT", 60)]
    [InlineData("Fri, 02 Jan 2026 03:00:00 GMT", 0)]
    public async Task A_busy_hub_is_asked_again_when_it_says(string retryAfter, int seconds)
    {
        int count = 0;
        hub.OnStorage = _ => count++ == 0 ? new Reply(429, null, ("Retry-After", retryAfter)) : null;
        var time = new ImpatientTime();
        await hub.GetAsync(time: time);
        // A wait of nothing needs no timer.
        time.Waits.ToArray().ShouldBe(seconds == 0 ? [] : [TimeSpan.FromSeconds(seconds)]);
    }

    [Fact]
    public async Task Without_a_hint_waits_double_and_in_the_end_it_gives_up()
    {
        hub.OnHub = _ => new Reply(503);
        var time = new ImpatientTime();
        var error = await Should.ThrowAsync<InferenceException>(() => hub.GetAsync(time: time));

        time.Waits.Select(wait => wait.TotalSeconds).ShouldBe([0.5, 1, 2, 4, 8]);
        error.Code.ShouldBe(InferenceErrorCodes.ModelDownload);
        error.Message.ShouldContain("after 6 attempts");
        error.Message.ShouldContain("answered 503");
    }

    [Fact]
    public async Task A_hub_that_asks_for_an_hour_is_not_waited_for()
    {
        hub.OnHub = _ => new Reply(429, null, ("Retry-After", "3600"));
        var time = new ImpatientTime();
        (await Should.ThrowAsync<InferenceException>(() => hub.GetAsync(time: time))).Message.ShouldContain("answered 429");
        time.Waits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_at_once_over_one_cache_fetch_each_file_once()
    {
        var snapshots = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => hub.GetAsync(time: TimeProvider.System)));

        snapshots.Distinct().Count().ShouldBe(1);
        hub.StorageRequests.Count.ShouldBe(1);
        hub.HubRequests.Count(request => request.Method == "GET" && request.Path.EndsWith("/tokenizer.json", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Shards_are_those_that_the_index_names()
    {
        hub.Files.Remove("model.safetensors");
        hub.Files["model-1.safetensors"] = SafetensorsBytes.Vectors(("a", [1]));
        hub.Files["model-2.safetensors"] = SafetensorsBytes.Vectors(("b", [2]));
        hub.Files["unused.safetensors"] = new byte[9];
        hub.Files["model.safetensors.index.json"] = """{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"""u8.ToArray();
        var snapshot = await hub.GetAsync();

        using var model = ModelFolder.Open(snapshot.Folder);
        model.Weights.Names.Order().ShouldBe(["a", "b"]);
        File.Exists(Path.Combine(snapshot.Folder, "unused.safetensors")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_index_cannot_lead_out_of_its_folder()
    {
        hub.Files.Remove("model.safetensors");
        hub.Files["model.safetensors.index.json"] = """{"weight_map":{"a":"../../x.safetensors"}}"""u8.ToArray();
        (await Should.ThrowAsync<InferenceException>(() => hub.GetAsync())).Message.ShouldContain("\"../../x.safetensors\"");
    }

    [Fact]
    public async Task Progress_ends_with_everything_and_never_exceeds_it()
    {
        var reports = new ConcurrentQueue<DownloadProgress>();
        await hub.GetAsync(progress: new Reporter(reports.Enqueue));

        long total = new[] { "config.json", "tokenizer.json", "model.safetensors" }.Sum(name => (long)hub.Files[name].Length);
        reports.Last().ShouldBe(new DownloadProgress("model.safetensors", total, total));
        reports.ShouldAllBe(report => report.Bytes <= report.TotalBytes);
    }

    [Fact]
    public async Task A_cancelled_download_keeps_what_arrived()
    {
        using var cancel = new CancellationTokenSource();
        hub.OnStorage = request =>
        {
            if (request.From > 0) return null;
            cancel.CancelAfter(TimeSpan.FromMilliseconds(200));
            return FakeHub.Content(request, Weights) with { HangAfter = 800 };
        };
        await Should.ThrowAsync<OperationCanceledException>(() => hub.GetAsync(cancellationToken: cancel.Token));
        await hub.GetAsync();
        hub.StorageRequests[^1].From.ShouldBe(800);
    }

    private sealed class Reporter(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => report(value);
    }
}
