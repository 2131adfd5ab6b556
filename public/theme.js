// Runs before the page is drawn: marks that scripts run, and sets the theme that the reader chose.
(function () {
	var root = document.documentElement;
	root.classList.add('js');
	try {
		var theme = localStorage.getItem('remelt-theme');
		if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
	} catch (_) {
		// Storage is off: the system's theme holds.
	}
})();
