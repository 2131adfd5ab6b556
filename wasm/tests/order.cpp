// Writes order.json: what libstdc++ leaves of inputs that are given by rule.
//
//     g++ -O2 -o order order.cpp && ./order > order.json
//
// Each case has the keys' rule and digests (FNV-1a of 32 bits) of
// - `ascending`, `descending`: all indices, four bytes each, after std::sort of (key, index) pairs by
//   key alone;
// - `partial`: for each count in `counts`, one bit per element that is 1 where torch.topk keeps the
//   element: std::partial_sort where 64 · count <= n, else std::nth_element at count - 1.
//
// `killers` are keys for which quicksort splits so unevenly that std::sort turns to its heapsort, and
// std::nth_element to its heap: made by answering its questions as M. D. McIlroy's adversary does
// ("A killer adversary for quicksort", Software: Practice and Experience 29(4), 1999).
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

using Item = std::pair<uint32_t, uint32_t>;
using Items = std::vector<Item>;

static uint32_t fnv(uint32_t hash, uint8_t byte) { return (hash ^ byte) * 0x01000193u; }

static bool ascending(const Item &a, const Item &b) { return a.first < b.first; }
static bool descending(const Item &a, const Item &b) { return a.first > b.first; }

static Items items(const std::vector<uint32_t> &keys) {
	Items list;
	for (uint32_t i = 0; i < keys.size(); i++) list.push_back({keys[i], i});
	return list;
}

static uint32_t sorted(Items list, bool (*before)(const Item &, const Item &)) {
	std::sort(list.begin(), list.end(), before);
	uint32_t hash = 0x811c9dc5u;
	for (const Item &item : list)
		for (int shift = 0; shift < 32; shift += 8) hash = fnv(hash, item.second >> shift);
	return hash;
}

static uint32_t selected(Items list, size_t count) {
	if (count * 64 <= list.size())
		std::partial_sort(list.begin(), list.begin() + count, list.end(), descending);
	else
		std::nth_element(list.begin(), list.begin() + count - 1, list.end(), descending);
	std::vector<uint8_t> bits((list.size() + 7) / 8);
	for (size_t i = 0; i < count; i++) bits[list[i].second / 8] |= 1 << list[i].second % 8;
	uint32_t hash = 0x811c9dc5u;
	for (uint8_t byte : bits) hash = fnv(hash, byte);
	return hash;
}

static std::vector<uint32_t> keys(const std::string &rule, uint32_t n, uint32_t modulus) {
	std::vector<uint32_t> list(n);
	uint32_t x = n * 2654435761u + modulus;
	for (uint32_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		if (rule == "random") list[i] = (x >> 8) % modulus;
		if (rule == "rising") list[i] = i / modulus;
		if (rule == "falling") list[i] = (n - i) / modulus;
		if (rule == "pipes") list[i] = std::min(i, n - i) / modulus;
	}
	return list;
}

// Keys that are decided only when they are compared.
struct Adversary {
	uint32_t solid = 0, candidate = 0, gas;
	std::vector<uint32_t> values;
	explicit Adversary(uint32_t n) : gas(n), values(n, n) {}
	bool less(uint32_t a, uint32_t b) {
		if (values[a] == gas && values[b] == gas) values[a == candidate ? a : b] = solid++;
		if (values[a] == gas) candidate = a;
		else if (values[b] == gas) candidate = b;
		return values[a] < values[b];
	}
};

static std::vector<uint32_t> killer(uint32_t n, bool select) {
	Adversary adversary(n);
	std::vector<uint32_t> order(n);
	for (uint32_t i = 0; i < n; i++) order[i] = i;
	auto less = [&](uint32_t a, uint32_t b) { return adversary.less(a, b); };
	if (select) std::nth_element(order.begin(), order.begin() + n / 2, order.end(), less);
	else std::sort(order.begin(), order.end(), less);
	return adversary.values;
}

static bool first = true;

static void write(const std::string &head, const std::vector<uint32_t> &keys) {
	const Items list = items(keys);
	const size_t n = list.size();
	std::printf("%s\n{ %s, \"ascending\": \"%08x\", \"descending\": \"%08x\"", first ? "[" : ",",
		head.c_str(), sorted(list, ascending), sorted(list, descending));
	first = false;
	std::string counts, partial;
	for (size_t count : {size_t(1), n / 100, n / 64, n / 3, n / 2, n * 9 / 10, n}) {
		if (count == 0) continue;
		char text[32];
		std::snprintf(text, sizeof text, "\"%08x\"", selected(list, count));
		counts += (counts.empty() ? "" : ", ") + std::to_string(count);
		partial += (partial.empty() ? "" : ", ") + std::string(text);
	}
	std::printf(", \"counts\": [%s], \"partial\": [%s] }", counts.c_str(), partial.c_str());
}

int main() {
	for (uint32_t n : {1, 2, 3, 4, 5, 8, 15, 16, 17, 18, 31, 32, 33, 47, 64, 100, 255, 1000, 4096, 10000, 100000})
		for (const char *rule : {"random", "rising", "falling", "pipes"})
			for (uint32_t modulus : {1u, 2u, 7u, 300u}) {
				const std::string head = "\"rule\": \"" + std::string(rule) + "\", \"elements\": " +
					std::to_string(n) + ", \"modulus\": " + std::to_string(modulus);
				write(head, keys(rule, n, modulus));
			}
	for (uint32_t divisor : {1u, 2u, 3u})
		for (bool select : {false, true})
			for (uint32_t n : {300u, 1500u}) {
				std::vector<uint32_t> list = killer(n, select);
				std::string text = "\"keys\": [";
				for (uint32_t i = 0; i < n; i++) {
					list[i] /= divisor;
					text += (i ? "," : "") + std::to_string(list[i]);
				}
				write(text + "]", list);
				for (uint32_t &key : list) key = n - key;
				std::string mirrored = "\"keys\": [";
				for (uint32_t i = 0; i < n; i++) mirrored += (i ? "," : "") + std::to_string(list[i]);
				write(mirrored + "]", list);
			}
	std::printf("\n]\n");
}
